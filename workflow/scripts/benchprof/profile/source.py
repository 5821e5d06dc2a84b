"""Where one ablated record and its mask are, and what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof.ablation import Ablation


@dataclass(frozen=True)
class Source:
    """A record of a model on a benchmark under an ablation, and the mask of that."""

    model: str
    benchmark: str
    ablation: Ablation
    record: Path
    mask: Path

    @property
    def as_json(self) -> dict[str, Any]:
        """As an archive lists it."""
        ablation = self.ablation
        return {
            "ability": ablation.ability,
            "selection": ablation.selection,
            "mask_fraction": ablation.mask_fraction,
            "seed": ablation.seed,
            "model": self.model,
            "benchmark": self.benchmark,
            "record": str(self.record),
            "mask": str(self.mask),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], root: Path) -> Source:
        """As an archive lists it, whose files lie below `root`."""
        own = Ablation(value["ability"], value["selection"], value["mask_fraction"], value["seed"])
        record, mask = root / value["record"], root / value["mask"]
        return cls(value["model"], value["benchmark"], own, record, mask)
