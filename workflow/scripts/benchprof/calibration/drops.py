"""What an ability's calibration items lose under each candidate's masks, from its records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from benchprof.profile.criteria import LEAST_ON_TARGET, is_above_guessing, is_matched_by_others
from benchprof.profile.impact import above_guessing_p
from benchprof.profile.resampling import Floats, standard_error
from benchprof.profile.scores import Scores

# Of the right option: it says more per item than right or wrong, and calibration sets are small.
METRIC = "probability"
WARNINGS = {
    "": "",
    "at_guessing": "the intact model is not above guessing: nothing to lose, so not counted",
    "mask_fraction_too_small": "its mask takes less than half of what the model has above guessing",
    "not_selective": "what its mask is compared with costs it as much",
}


@dataclass(frozen=True)
class Errors:
    """Standard errors over an ability's items; NaN where there is nothing to compare with.

    Attributes:
        own: of what the own mask takes off.
        over_others: of what it takes off beyond the other abilities' masks, on average.
        over_random: of what it takes off beyond the random controls, on average.
    """

    own: float
    over_others: float
    over_random: float


@dataclass(frozen=True)
class Drops:
    """Losses of one ability's calibration items at one mask fraction, in the mean of `METRIC`.

    Attributes:
        ability: whose items they are.
        mask_fraction: of all the masks.
        n: number of items.
        intact: the intact model's score.
        guessing: the score of guessing.
        p_guessing: one-sided p-value of the intact model being above guessing.
        own: what the ability's own mask takes off.
        others: what each other ability's mask takes off; empty where there is none.
        random: what each matched random control takes off; empty where there is none.
        errors: how uncertain these are.
    """

    ability: str
    mask_fraction: str
    n: int
    intact: float
    guessing: float
    p_guessing: float
    own: float
    others: tuple[float, ...]
    random: tuple[float, ...]
    errors: Errors

    @property
    def counted(self) -> bool:
        """Whether there is something to lose: the intact model is above guessing."""
        return is_above_guessing(self.p_guessing)

    @property
    def others_mean(self) -> float:
        """Mean over the other abilities' masks; NaN where there is none."""
        return fmean(self.others) if self.others else math.nan

    @property
    def others_max(self) -> float:
        """The other ability's mask that takes most; NaN where there is none."""
        return max(self.others, default=math.nan)

    @property
    def random_mean(self) -> float:
        """Mean over the random controls; NaN where there is none."""
        return fmean(self.random) if self.random else math.nan

    @property
    def warning(self) -> str:
        """A key of `WARNINGS`; empty where the ability can be told from the others at this mask
        fraction.
        """
        if not self.counted:
            return "at_guessing"
        enough = LEAST_ON_TARGET * (self.intact - self.guessing)
        if is_matched_by_others(self.own, (self.others_max, self.random_mean), enough):
            return "not_selective"
        return "mask_fraction_too_small" if self.own < enough else ""


def drops_of(scores: Scores) -> list[Drops]:
    """The drops of one ability's items at each mask fraction.

    Args:
        scores: of one model on the items; `benchmark` is the ability, all ablations are of one
            selection.
    """
    items = scores.metrics[METRIC]
    p = float(above_guessing_p(items[:1], scores.guessing, scores.units)[0])
    lost = items[0] - items[1:]
    found = []
    for mask_fraction in dict.fromkeys(a.mask_fraction for a in scores.ablations):
        drops = {
            a: drop
            for a, drop in zip(scores.ablations, lost, strict=True)
            if a.mask_fraction == mask_fraction
        }
        (mask,) = (a for a in drops if a.ability == scores.benchmark and not a.is_control)
        own = drops[mask]
        # `core` is one mask for all abilities: not to be compared with itself.
        others = [
            drop for a, drop in drops.items() if a.is_other_than(mask) and a.selection != "core"
        ]
        random = [drop for a, drop in drops.items() if a.is_control_of(mask)]
        found.append(
            Drops(
                ability=scores.benchmark,
                mask_fraction=mask_fraction,
                n=scores.n,
                intact=float(items[0].mean()),
                guessing=scores.guessing.level,
                p_guessing=p,
                own=float(own.mean()),
                others=tuple(float(drop.mean()) for drop in others),
                random=tuple(float(drop.mean()) for drop in random),
                errors=Errors(
                    own=standard_error(own),
                    over_others=_error_beyond(own, others),
                    over_random=_error_beyond(own, random),
                ),
            )
        )
    return found


def _error_beyond(own: Floats, others: Sequence[Floats]) -> float:
    return standard_error(own - np.mean(others, axis=0)) if others else math.nan
