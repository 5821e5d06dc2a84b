"""What benchmarks of known composition are made of, and what that makes of their AIS."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Composition:
    """The composition of benchmarks.

    Attributes:
        mixture: the share of each kind of item, by benchmark.
        impact: the AIS of each ability that the shares imply, by benchmark.
    """

    mixture: Mapping[str, Mapping[str, float]]
    impact: Mapping[str, Mapping[str, float]]

    @property
    def needed(self) -> dict[str, set[str]]:
        """The abilities that each benchmark depends on."""
        return {
            benchmark: {ability for ability, value in implied.items() if value > 0}
            for benchmark, implied in self.impact.items()
        }


def read_composition(path: Path, benchmarks: Iterable[str]) -> Composition:
    """The composition of these benchmarks, of a file that may hold that of others too."""
    known = json.loads(path.read_text(encoding="utf-8"))
    own = {name: known[name] for name in benchmarks}
    return Composition(
        mixture={name: told["mixture"] for name, told in own.items()},
        impact={name: told["impact"] for name, told in own.items()},
    )
