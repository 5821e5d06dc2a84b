"""Ability Impact Scores of one benchmark under one model, with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, ttest_1samp

from benchprof.profile.resampling import Floats, bootstrap_means, with_pseudo_items

IMPACTS = ("chance_corrected", "relative", "absolute")
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; bounds may be infinite where the data set no bound."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Impacts:
    """AIS of several ablations of one benchmark, with the resamples that intervals come from.

    Attributes:
        values: (ablations,), AIS.
        resampled: (ablations, resamples), AIS under each resample of the items.
        confidence: of the intervals.
    """

    values: Floats
    resampled: Floats
    confidence: float

    def estimate(self, ablation: int) -> Estimate:
        """AIS of one ablation."""
        return self._estimate(self.values[ablation], self.resampled[ablation])

    def excess(self, ablation: int, others: list[int]) -> Estimate:
        """AIS of one ablation less the mean AIS of others, paired over items."""
        value = self.values[ablation] - self.values[others].mean()
        with np.errstate(invalid="ignore"):
            resampled = self.resampled[ablation] - self.resampled[others].mean(axis=0)
        # Infinite less infinite: a resample that says nothing of the difference bounds nothing.
        resampled[np.isnan(resampled)] = np.inf
        return self._estimate(value, resampled)

    def _estimate(self, value: float, resampled: Floats) -> Estimate:
        tail = (1 - self.confidence) / 2
        # An order statistic, not an interpolation, which infinite resamples would turn into NaN.
        low = np.quantile(resampled, tail, method="lower")
        high = np.quantile(resampled, 1 - tail, method="higher")
        return Estimate(float(value), float(low), float(high))


def measure_impacts(
    intact: Floats,
    ablated: Floats,
    guessing: float,
    impact: str,
    resamples: int,
    confidence: float,
    seed: int,
) -> Impacts:
    """AIS of each ablation.

    `chance_corrected`: (S - S_a) / (S - C); `relative`: (S - S_a) / S; `absolute`: S - S_a, with
    S the mean score of the intact model, S_a of the ablated one, C of guessing. Intervals are
    percentiles of a paired bootstrap over items. In a resample whose denominator is not positive
    the ratio means nothing: it counts as infinite with the sign of the drop, so that intervals
    widen, to no bound where such resamples exceed the tail.

    Args:
        intact: (n,), the intact model's score of each item.
        ablated: (ablations, n), each ablated model's.
        guessing: C.
        impact: chance_corrected, relative or absolute.
        resamples: of the bootstrap.
        confidence: of the intervals.
        seed: of the bootstrap.
    """
    scores = np.vstack([intact, ablated])
    values = _ratio(scores.mean(axis=1, keepdims=True), guessing, impact)[:, 0]
    widened = with_pseudo_items(scores) if is_binary(scores) else scores
    means = bootstrap_means(widened, resamples, seed)
    return Impacts(values, _ratio(means, guessing, impact), confidence)


def above_guessing_p(intact: Floats, guessing: float) -> float:
    """One-sided p-value that the intact model does no better than guessing.

    Exact binomial for right-or-wrong scores, t-test for continuous ones.
    """
    if is_binary(intact):
        test = binomtest(int(intact.sum()), len(intact), guessing, alternative="greater")
        return float(test.pvalue)
    return float(ttest_1samp(intact, guessing, alternative="greater").pvalue)


def is_binary(scores: Floats) -> bool:
    """Whether every score is 0 or 1."""
    return bool(np.isin(scores, (0.0, 1.0)).all())


def _ratio(means: Floats, guessing: float, impact: str) -> Floats:
    """AIS from mean scores (1 + ablations, any); row 0 is intact."""
    drop: Floats = means[0] - means[1:]
    if impact == "absolute":
        return drop
    base = np.broadcast_to(
        means[0] - (guessing if impact == "chance_corrected" else 0.0), drop.shape
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        unbounded = np.where(drop == 0, 0.0, np.sign(drop) * np.inf)
        ratio = np.where(base > 0, drop / base, unbounded)
    return np.asarray(ratio, dtype=np.float64)
