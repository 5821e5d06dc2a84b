"""What of a model is scored, and may be in a mask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WEIGHT = "weight"
PARTS = {"neuron": "mlp", "head": "attention"}
"""The part of a decoder layer, as a scope, that holds the units of a kind."""


@dataclass(frozen=True)
class Scope:
    """Some parts of some decoder layers, by their weights or by their units.

    Attributes:
        name: which parts, one of `models.anatomy.SCOPES`.
        layers: the first and the last decoder layer, from 0; all of them if None.
        unit: what has a score: weight, neuron or head.
    """

    name: str
    layers: tuple[int, int] | None = None
    unit: str = WEIGHT

    @property
    def as_json(self) -> dict[str, Any]:
        """As origins say it."""
        layers = list(self.layers) if self.layers else None
        return {"unit": self.unit, "scope": self.name, "layers": layers}

    @classmethod
    def from_json(cls, origin: Mapping[str, Any]) -> Scope:
        """As an origin says it, which may hold more."""
        first_last = origin["layers"]
        layers = (first_last[0], first_last[1]) if first_last else None
        return cls(origin["scope"], layers, origin["unit"])
