"""Whether a score is above guessing, with Python alone: what `profile.impact` finds with SciPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

# As in `profile.rows`, `profile.impact` and `profile.units`.
MIN_ITEMS = 10
MIN_CLUSTERS = 10
SIGNIFICANCE = 0.05
TERMS = 10_000


def reason_of(scores: Sequence[float], guessing: float, tasks: Sequence[str]) -> str:
    """The code of why a benchmark has no AIS; empty where it has.

    Args:
        scores: each item's, of the intact model.
        guessing: the score of guessing.
        tasks: the lm-eval task of each item.
    """
    if len(scores) < MIN_ITEMS:
        return "too_few_items"
    above = above_guessing_p(scores, guessing, tasks) < SIGNIFICANCE
    return "" if above else "not_above_guessing"


def above_guessing_p(scores: Sequence[float], guessing: float, tasks: Sequence[str]) -> float:
    """One-sided p-value that a model does no better than guessing; NaN where all equals it.

    Args:
        scores: each item's.
        guessing: the score of guessing.
        tasks: the lm-eval task of each item; ten or more are clusters.
    """
    clustered = len(set(tasks)) >= MIN_CLUSTERS
    if not clustered and all(score in (0, 1) for score in scores):
        return _binomial_tail(int(sum(scores)), len(scores), guessing)
    excess = [score - guessing for score in scores]
    if clustered:
        by_task: dict[str, list[float]] = {}
        for task, own in zip(tasks, excess, strict=True):
            by_task.setdefault(task, []).append(own)
        excess = [math.fsum(own) for own in by_task.values()]
    spread, mean = stdev(excess), fmean(excess)
    if spread == 0:
        return 0.0 if mean > 0 else math.nan
    return _student_tail(mean / (spread / math.sqrt(len(excess))), len(excess) - 1)


def _binomial_tail(right: int, n: int, chance: float) -> float:
    """Chance of `right` or more of n."""
    return 1.0 if right == 0 else _incomplete_beta(right, n - right + 1, chance)


def _student_tail(t: float, degrees: int) -> float:
    """Chance of `t` or more."""
    half = _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2
    return half if t > 0 else 1 - half


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front += a * math.log(x) + b * math.log1p(-x)
    # Lentz's way through 1 / (1 + d1 / (1 + d2 / ...)).
    value, above, below = 1.0, 1.0, 0.0
    for term in range(TERMS):
        half = term // 2
        if term == 0:
            step = 1.0
        elif term % 2 == 0:
            step = half * (b - half) * x / ((a + term - 1) * (a + term))
        else:
            step = -(a + half) * (a + b + half) * x / ((a + term - 1) * (a + term))
        below = 1 / (1 + step * below or 1e-300)
        above = 1 + step / above or 1e-300
        value *= above * below
        if term and abs(above * below - 1) < 1e-15:
            break
    return math.exp(front) / a * (value - 1)
