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
        """The metric of a benchmark that is shown: the wanted, the known or else the first one."""
        known = self.headlines.get(benchmark, self.metric)
        return next((own for own in (self.metric, known) if own in metrics), metrics[0])
