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
    """Drops of several ablations of one benchmark and what they are divided by.

    Attributes:
        drops: (ablations,), S - S_a.
        base: what a drop is divided by, S - C, S or 1.
        resampled_drops: (ablations, resamples).
        resampled_base: (resamples,).
        pseudo: (resamples,), what the pseudo-items of right-or-wrong scores add to a difference.
        confidence: of the intervals.
    """

    drops: Floats
    base: float
    resampled_drops: Floats
    resampled_base: Floats
    pseudo: Floats
    confidence: float

    def estimate(self, ablation: int) -> Estimate:
        """AIS of one ablation."""
        return self._estimate(self.drops[ablation], self.resampled_drops[ablation])

    def excess(self, ablation: int, others: list[int]) -> Estimate:
        """AIS of one ablation less the mean AIS of others, paired over items.

        The drops are subtracted before they are divided: where a resample's base is not positive,
        the sign of the difference still is known.
        """
        drop = self.drops[ablation] - self.drops[others].mean()
        resampled = self.resampled_drops[ablation] - self.resampled_drops[others].mean(axis=0)
        return self._estimate(drop, resampled)

    def _estimate(self, drop: float, resampled: Floats) -> Estimate:
        value = _ratio(np.array([drop]), np.array([self.base]))[0]
        ratios = _ratio(resampled + self.pseudo, self.resampled_base)
        tail = (1 - self.confidence) / 2
        # An order statistic, not an interpolation, which infinite resamples would turn into NaN.
        low = np.quantile(ratios, tail, method="lower")
        high = np.quantile(ratios, 1 - tail, method="higher")
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
    pseudo = np.zeros(len(intact))
    widened = scores
    if is_binary(scores):
        widened, pseudo = with_pseudo_items(scores)
    means = bootstrap_means(np.vstack([widened, pseudo]), resamples, seed)
    point = scores.mean(axis=1)
    return Impacts(
        drops=point[0] - point[1:],
        base=float(_base(point[0], guessing, impact)),
        resampled_drops=means[0] - means[1:-1],
        resampled_base=_base(means[0], guessing, impact),
        pseudo=means[-1],
        confidence=confidence,
    )


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


def _base(intact: Floats, guessing: float, impact: str) -> Floats:
    """What a drop is divided by, from the intact model's mean scores."""
    if impact == "absolute":
        return np.ones_like(intact)
    return intact - (guessing if impact == "chance_corrected" else 0.0)


def _ratio(drop: Floats, base: Floats) -> Floats:
    """Drop over base; infinite with the sign of the drop where the base is not positive."""
    unbounded = np.where(drop == 0, 0.0, np.copysign(np.inf, drop))
    return np.divide(drop, base, out=unbounded, where=base > 0)
