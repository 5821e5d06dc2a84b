"""How scores become Ability Impact Scores, as configured under `profile`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchprof.errors import InputError

if TYPE_CHECKING:  # a login node, which asks for jobs, needs no numpy
    from benchprof.profile.scores import Scores


@dataclass(frozen=True)
class ProfileSettings:
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

    def headline(self, scores: Scores) -> str:
        """The metric of a benchmark that is shown: the wanted, the known or else the first one.

        Raises:
            InputError: the benchmark has none.
        """
        known = self.headlines.get(scores.benchmark, self.metric)
        order = (self.metric, known, *scores.metrics)
        shown = next((metric for metric in order if metric in scores.metrics), None)
        if shown is None:
            found = "no metric has a score for every item"
            raise InputError(f"benchmark {scores.benchmark}", found, "at least one that has")
        return shown
