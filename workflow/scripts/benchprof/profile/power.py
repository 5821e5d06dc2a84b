"""How small an AIS a benchmark can show, and how many items a given one takes.

Planning formulas for the paired test of one ablation against the intact model, two-sided at 5%,
before any correction for many tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from benchprof.profile.criteria import MIN_ITEMS, PLANNED, POWER, SIGNIFICANCE
from benchprof.profile.impact import base_of
from benchprof.profile.reason import Reason
from benchprof.profile.resampling import Floats
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.units import Units

Z_ALPHA = float(norm.isf(SIGNIFICANCE / 2))
Z_POWER = float(norm.isf(1 - POWER))


@dataclass(frozen=True)
class Continuous:
    """Continuous scores: items' differences have the standard deviation `sd`."""

    sd: float

    def items_for(self, drop: float) -> float:
        """Items that show a drop of the mean score, in a paired z-test."""
        return ((Z_ALPHA + Z_POWER) * self.sd / drop) ** 2

    def detectable(self, n: float) -> float:
        """The drop that n items show."""
        return (Z_ALPHA + Z_POWER) * self.sd / math.sqrt(n)


@dataclass(frozen=True)
class RightOrWrong:
    """Right-or-wrong scores: the share `gained` of the items turns right whatever is lost.

    A drop d then comes of d + gained lost items, so that d + 2 gained are discordant.
    """

    gained: float

    def items_for(self, drop: float) -> float:
        """Items that show a drop of the accuracy, in McNemar's test.

        Connor (1987, doi:10.2307/2531961), equation of the unconditional test.
        """
        discordant = drop + 2 * self.gained
        root = Z_ALPHA * math.sqrt(discordant) + Z_POWER * math.sqrt(discordant - drop**2)
        return (root / drop) ** 2

    def detectable(self, n: float) -> float:
        """The drop that n items show; infinite where not even the largest shows."""
        largest = 1 - 2 * self.gained
        if largest <= 0 or self.items_for(largest) > n:
            return math.inf
        least = largest / 2
        while self.items_for(least) < n:
            least /= 2
        return float(brentq(lambda drop: self.items_for(drop) - n, least, largest))


def power_rows(
    scores: Scores, undefined: Reason, settings: ProfileSettings
) -> list[dict[str, Any]]:
    """A row per profile of one model and benchmark, in the metric shown.

    Spread and design effect are means over the abilities' masks.

    Args:
        scores: of the model on the benchmark.
        undefined: why the benchmark has no AIS; empty where it has.
        settings: metric and impact.
    """
    metric = settings.headline(scores)
    items = scores.metrics[metric]
    base = float(base_of(items[0].mean(), scores.guessing.level, settings.impact))
    drops = items[0] - items[1:]
    return [
        key._asdict()
        | {
            "metric": metric,
            "n": scores.n,
            "base": base,
            "sd": standard_deviation(drops[numbers]),
        }
        | _plan(drops[numbers], metric in scores.binary, scores.units, base, undefined)
        for key, numbers in scores.profiles.items()
    ]


def design_effect(drops: Floats, units: Units) -> float:
    """By how much the variance of a mean exceeds that of independent items; at least 1.

    Args:
        drops: (rows, n), differences of the items; rows are averaged over.
        units: the clusters.
    """
    if not units.clustered:
        return 1.0
    centred = drops - drops.mean(axis=1, keepdims=True)
    count = len(units)
    clustered = (units.sums(centred) ** 2).sum() * count / (count - 1)
    n = drops.shape[1]
    alone = (centred**2).sum() * n / (n - 1)
    return max(1.0, float(clustered / alone)) if alone > 0 else 1.0


def spread_of(drops: Floats, binary: bool) -> Continuous | RightOrWrong:
    """What is known of items' differences, averaged over rows.

    For right-or-wrong scores, one gained item and one item that is not gained are added (Laplace),
    so that a benchmark with no gains does not look too powerful.

    Args:
        drops: (rows, n).
        binary: whether scores are right or wrong.
    """
    if binary:
        return RightOrWrong(float(((drops < 0).mean() * drops.shape[1] + 1) / (drops.shape[1] + 2)))
    return Continuous(standard_deviation(drops))


def standard_deviation(drops: Floats) -> float:
    """The standard deviation of items' differences, (rows, n); NaN of a single item.

    Variances are averaged over rows.
    """
    if drops.shape[1] < 2:
        return math.nan
    return float(np.sqrt(drops.var(axis=1, ddof=1).mean()))


def _plan(
    drops: Floats, binary: bool, units: Units, base: float, undefined: Reason
) -> dict[str, Any]:
    names = ["gained", "design_effect", "detectable_ais"]
    names += [f"items_for_ais_{ais}" for ais in PLANNED]
    row: dict[str, Any] = dict.fromkeys(names, np.nan)
    if not undefined.code:
        spread, effect = spread_of(drops, binary), design_effect(drops, units)
        row |= {"gained": spread.gained if isinstance(spread, RightOrWrong) else np.nan,
                "design_effect": effect,
                "detectable_ais": spread.detectable(drops.shape[1] / effect) / base}  # fmt: skip
        for ais in PLANNED:
            items = math.ceil(effect * spread.items_for(ais * base))
            # Fewer items have no AIS at all.
            row[f"items_for_ais_{ais}"] = float(max(MIN_ITEMS, items))
    return row | undefined.columns
