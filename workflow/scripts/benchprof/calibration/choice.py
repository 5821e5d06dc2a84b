"""The choice of the mask fraction among candidates: where the own drop exceeds every other drop
most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist, fmean

from benchprof.calibration.drops import Drops, Errors
from benchprof.profile.criteria import SIGNIFICANCE

RULE = (
    "the mask fraction with the largest separation: own drop less the larger of the other "
    "abilities' masks' "
    "mean drop and the random masks' (as far as a run has them; `core` has no others), or less "
    "0 where these gain, each a mean over the abilities whose calibration items the intact model "
    "answers above guessing; ties to the smaller mask fraction"
)
# Separations that differ by less are ties: sums of floats are not exact.
DECIMALS = 9


@dataclass(frozen=True)
class Candidate:
    """What a mask fraction does on average over the abilities counted; NaN where nothing is
    averaged.

    Attributes:
        mask_fraction: the share.
        abilities: how many are counted.
        own: drop by each ability's own mask.
        others: by the other abilities' masks.
        random: by the random controls.
        errors: how uncertain these are.
    """

    mask_fraction: str
    abilities: int
    own: float
    others: float
    random: float
    errors: Errors

    @property
    def separation(self) -> float:
        """Own drop less the larger of the others' and the random controls'; NaN without an own.

        A negative drop of the others counts as 0: a mask that costs nothing must not separate.
        """
        return self.own - self._largest[0]

    @property
    def error(self) -> float:
        """Standard error of the separation, over the items of the abilities counted."""
        return self._largest[1]

    @property
    def _largest(self) -> tuple[float, float]:
        """The largest of 0, the others' and controls' drop; the error of the own drop beyond it."""
        sides = ((self.others, self.errors.over_others), (self.random, self.errors.over_random))
        known = [side for side in sides if not math.isnan(side[0])]
        return max([(0.0, self.errors.own), *known], key=lambda side: side[0])


@dataclass(frozen=True)
class ChosenMaskFraction:
    """The mask fraction chosen, a sentence that says why, and the candidates from the smallest mask
    fraction up.
    """

    mask_fraction: str
    reason: str
    candidates: tuple[Candidate, ...]


def choose(drops: Sequence[Drops]) -> ChosenMaskFraction:
    """Choose one mask fraction for all abilities, so that they stay comparable, by `RULE`.

    Args:
        drops: of every ability at every candidate.
    """
    mask_fractions = sorted({own.mask_fraction for own in drops}, key=Decimal)
    candidates = tuple(
        _candidate(mask_fraction, [own for own in drops if own.mask_fraction == mask_fraction])
        for mask_fraction in mask_fractions
    )
    if not candidates[0].abilities:
        reason = (
            "no ability's calibration items are answered above guessing, so that nothing can be "
            "told apart: the smallest mask fraction"
        )
        return ChosenMaskFraction(mask_fractions[0], reason, candidates)
    # From the smallest mask fraction up, and max takes the first of equals.
    best = max(candidates, key=lambda candidate: round(candidate.separation, DECIMALS))
    reason = (
        f"the largest separation of {len(mask_fractions)} candidates, {best.separation:.4f} "
        f"(standard error {best.error:.4f})"
    )
    if best.separation <= 0:
        reason += "; not above 0: no candidate separates the abilities"
    elif not best.separation > _least_z(len(mask_fractions)) * best.error:
        reason += "; not significantly above 0: it may be chance"
    elif len(mask_fractions) > 1 and best in (candidates[0], candidates[-1]):
        end = "smallest" if best is candidates[0] else "largest"
        reason += f"; it is the {end} candidate, and a mask fraction beyond it may separate more"
    return ChosenMaskFraction(best.mask_fraction, reason, candidates)


def _least_z(candidates: int) -> float:
    """How many standard errors above 0 chance alone puts the best candidate in 5% of cases."""
    return NormalDist().inv_cdf(1 - SIGNIFICANCE / candidates)


def _candidate(mask_fraction: str, drops: Sequence[Drops]) -> Candidate:
    counted = [own for own in drops if own.counted]
    return Candidate(
        mask_fraction=mask_fraction,
        abilities=len(counted),
        own=_mean([own.own for own in counted]),
        others=_mean([own.others_mean for own in counted]),
        random=_mean([own.random_mean for own in counted]),
        errors=Errors(
            own=_error_of_mean([own.errors.own for own in counted]),
            over_others=_error_of_mean([own.errors.over_others for own in counted]),
            over_random=_error_of_mean([own.errors.over_random for own in counted]),
        ),
    )


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else math.nan


def _error_of_mean(errors: Sequence[float]) -> float:
    """Of a mean over abilities, whose items differ."""
    return math.hypot(*errors) / len(errors) if errors else math.nan
