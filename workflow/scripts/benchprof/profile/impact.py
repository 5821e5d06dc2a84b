"""Ability Impact Scores of one benchmark under one model, with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, t, ttest_1samp

from benchprof.profile.guessing import Guessing, Rival
from benchprof.profile.resampling import (
    Floats,
    Weights,
    bootstrap_means,
    expanded_tail,
    with_pseudo_items,
)
from benchprof.profile.units import Units

# Differences of mean scores below this are rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Estimates:
    """Values with their intervals, (rows,) each; bounds may be infinite where data set none."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Impacts:
    """Drops of several ablations of one benchmark and what they are divided by.

    Attributes:
        drops: (ablations,), S - S_a.
        base: what a drop is divided by, S - C, S or 1.
        resampled_drops: (ablations, resamples).
        resampled_base: (resamples,).
        pseudo: (resamples,), what the pseudo-items of right-or-wrong scores add to a difference.
        tail: share of the resamples beyond each bound.
    """

    drops: Floats
    base: float
    resampled_drops: Floats
    resampled_base: Floats
    pseudo: Floats
    tail: float

    def resampled_ais(self, numbers: list[int], moved: int = 0) -> Floats:
        """AIS of some ablations in every resample, (numbers, resamples).

        Args:
            numbers: of the ablations.
            moved: takes the pseudo-items of another resample, so many places away.
        """
        pseudo = np.roll(self.pseudo, moved)
        return _ratio(self.resampled_drops[numbers] + pseudo, self.resampled_base)

    def estimates(self, weights: Weights) -> Estimates:
        """Weighted sums of AIS, such as each one's own or its excess over others' mean.

        The drops are summed before they are divided: where a resample's base is not positive, the
        sign of the difference still is known.

        Args:
            weights: (rows, ablations); a row names one sum.
        """
        value = _ratio(weights @ self.drops, np.array(self.base))
        ratios = _ratio(weights @ self.resampled_drops + self.pseudo, self.resampled_base)
        # Order statistics, not interpolations, which infinite resamples would turn into NaN.
        last = ratios.shape[1] - 1
        low, high = int(np.floor(self.tail * last)), int(np.ceil((1 - self.tail) * last))
        ratios.partition((low, high), axis=1)
        return Estimates(value, ratios[:, low], ratios[:, high])


def measure_impacts(
    scores: Floats,
    guessing: Guessing,
    units: Units,
    impact: str,
    resamples: int,
    confidence: float,
    seed: int,
    binary: bool | None = None,
) -> Impacts:
    """AIS of each ablation.

    `chance_corrected`: (S - S_a) / (S - C); `relative`: (S - S_a) / S; `absolute`: S - S_a, with
    S the mean score of the intact model, S_a of the ablated one, C of guessing. Intervals are
    percentiles of a paired bootstrap over units. In a resample whose denominator is not positive
    the ratio means nothing: it counts as infinite with the sign of the drop, so that intervals
    widen, to no bound where such resamples exceed the tail. The tail is expanded for few units,
    except where pseudo-items have widened the interval already. C varies with the resamples, as
    far as it is an estimate and as tasks differ in it.

    Args:
        scores: (1 + ablations, n), each item's score, of the intact model first.
        guessing: C, and how sure it is.
        units: what is resampled together.
        impact: chance_corrected, relative or absolute.
        resamples: of the bootstrap.
        confidence: of the intervals.
        seed: of the bootstrap.
        binary: whether scores are right or wrong; if not given, whether these are all 0 or 1.
    """
    sums, sizes = units.sums(scores), units.sizes
    pseudo = np.zeros(len(units))
    tail = expanded_tail(confidence, len(units))
    if is_binary(scores) if binary is None else binary:
        sums, pseudo = with_pseudo_items(sums)
        sizes = np.append(sizes, [1.0, 1.0])
        if not units.clustered:
            tail = (1 - confidence) / 2
    means = bootstrap_means(np.vstack([sums, pseudo]), sizes, resamples, seed)
    levels = guessing.resampled(resamples, seed, others=len(pseudo) - len(units))
    point = scores.mean(axis=1)
    return Impacts(
        drops=point[0] - point[1:],
        base=float(base_of(point[0], guessing.level, impact)),
        resampled_drops=means[0] - means[1:-1],
        resampled_base=base_of(means[0], levels, impact),
        pseudo=means[-1],
        tail=tail,
    )


def above_guessing_p(scores: Floats, guessing: Guessing, units: Units) -> Floats:
    """One-sided p-values that a model does no better than guessing, (rows,).

    Exact binomial for right-or-wrong scores of single items, t-test for continuous ones and, over
    the clusters' sums, for clustered ones. Where a constant answer may score more than a random
    choice, a paired t-test against it as well; the larger p counts. Where no unit differs from
    another there is no test: p is 0 above guessing and 1 at or below it.

    Args:
        scores: (rows, n), a row per condition of the model.
        guessing: the score of guessing, and how sure it is.
        units: what belongs together.
    """
    p = _above_level_p(scores, guessing.level, units)
    rival = guessing.rival()
    return p if rival is None else np.maximum(p, _above_rival_p(scores, rival, units))


def _above_rival_p(scores: Floats, rival: Rival, units: Units) -> Floats:
    """(rows,), by the t distribution; 1 where model and rival differ on no unit.

    The rival's score is a mean over the pool, of which the items are a part: its error and the
    model's are not independent.
    """
    n, count = scores.shape[1], len(units)
    excess = scores.mean(axis=1) - rival.level
    sizes = units.sizes if units.clustered else 1.0
    errors = units.sums(scores) - scores.mean(axis=1, keepdims=True) * sizes
    errors = errors - n / rival.pool * rival.parts
    variance = (errors**2).sum(axis=1) / n**2 * count / max(1, count - 1) + rival.rest
    spread = np.sqrt(variance)
    clear = spread > ROUNDING
    p = np.where(excess > ROUNDING, 0.0, 1.0)
    p[clear] = t.sf(excess[clear] / spread[clear], count - 1)
    return p


def _above_level_p(scores: Floats, guessing: float, units: Units) -> Floats:
    """(rows,), against a known score of guessing."""
    if is_binary(scores) and not units.clustered:
        right = scores.sum(axis=1)
        return np.asarray(binom.sf(right - 1, scores.shape[1], guessing))
    sums = units.sums(scores)
    excess = sums - guessing * (units.sizes if units.clustered else 1.0)
    spread = excess.std(axis=1) > ROUNDING
    p = np.where(excess.mean(axis=1) > ROUNDING, 0.0, 1.0)
    p[spread] = ttest_1samp(excess[spread], 0.0, axis=1, alternative="greater").pvalue
    return p


def is_binary(scores: Floats) -> bool:
    """Whether every score is 0 or 1."""
    return bool(((scores == 0.0) | (scores == 1.0)).all())


def base_of(intact: Floats, guessing: float | Floats, impact: str) -> Floats:
    """What a drop is divided by, from the intact model's mean scores."""
    if impact == "absolute":
        return np.ones_like(intact)
    return intact - (guessing if impact == "chance_corrected" else 0.0)


def _ratio(drop: Floats, base: Floats) -> Floats:
    """Drop over base; infinite with the sign of the drop where the base is not positive."""
    if (base > 0).all():
        return np.asarray(drop / base)
    unbounded = np.where(drop == 0, 0.0, np.copysign(np.inf, drop))
    return np.divide(drop, base, out=unbounded, where=base > 0)
