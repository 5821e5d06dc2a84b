"""How scores become Ability Impact Scores, as configured under `profile`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """How scores become AIS.

    `headlines` holds the metric that each shipped benchmark is known by. It is shown where `metric`
    is `headline`, and where the benchmark lacks `metric`.
    """

    metric: str
    impact: str
    resamples: int
    confidence: float
    seed: int
    headlines: Mapping[str, str] = field(default_factory=dict)

    def headline(self, benchmark: str, metrics: Sequence[str]) -> str:
        """The metric of a benchmark that is shown."""
        return self.order(benchmark, metrics)[0]

    def order(self, benchmark: str, metrics: Sequence[str]) -> list[str]:
        """A benchmark's metrics: the wanted one, the one that it is known by, then the others."""
        known = self.headlines.get(benchmark)
        wanted = [self.metric, *([known] if known else [])]
        return list(dict.fromkeys([*(own for own in wanted if own in metrics), *metrics]))
