"""Every threshold of a judgement, once, and the rules that judge by them.

With Python alone: an archive is checked by the same rules on a machine without packages. What is
unknown is NaN, of which no comparison holds.

Constants that judge no profile are elsewhere: `tasks.guessing` decides what records hold and
`masks.super_set` what masks hold, and a change here must not make records or masks again. The
bounds of a validation are in `validation.verdict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import hypot, isfinite
from types import MappingProxyType

# Whether there is an AIS, and whether it is an effect: docs/explanation/statistics.md.

SIGNIFICANCE = 0.05
"""Level of p, whether a model is above guessing, and of q, whether an effect is one: by custom."""
MIN_ITEMS = 10
"""With fewer there is no AIS. McNemar's test, for one, reaches 5% with six items or more, and then
only if all six change the same way; intervals are not worth their name either."""
FEW_ITEMS = 30
"""With fewer an AIS stands apart in figures: one item may decide it, by custom."""
MIN_CLUSTERS = 10
"""With fewer tasks items are resampled singly: the spread between so few is not known."""
BROKEN_FROM = 3
"""A model at guessing on so many benchmarks, taken together, is broken; on fewer it may have lost
what just these need."""
KEPT_AT_GUESSING = 0.1
"""If guessing scores 0, a model with this share of the intact score or less is at guessing. The
bound is not 0, since one lucky answer in free generation already scores more."""

# What masks do to tests, as shares of the score above guessing: docs/explanation/method.md,
# "On-target effect".

LEAST_ON_TARGET = 0.5
"""What a mask must take off its held-out test for its AIS to be compared with other abilities'."""
FULL_ON_TARGET = 0.9
"""What it must take off for nothing to be said of the rest."""
SIDE_DROP = 0.1
"""What a mask may take off the others' tests, and random damage off any, before it is said."""
ENOUGH_CONTROLS = 5
"""Of fewer random masks it is said that q-values hold against these alone."""
LARGE_OVERLAP = 0.5
"""Share of their entries that two masks may have in common before it is said: beyond it, more of
each mask is shared than is not."""
SELECTIVE_RISE = 1.5
"""How many times more a selective mask must raise its own answer loss than any other:
docs/explanation/analysis.md."""

# How large an effect is: docs/explanation/planted_models.md; the last is the paper's Figure 1.

CLEAR_EFFECT = 0.15
"""True AIS beyond which a wrong sign is an error."""
SHOWN_AIS = 0.05
"""AIS above which an ability has a ribbon to a benchmark."""

# What masks do to the format of answers: docs/explanation/statistics.md, "Format likelihood".

NATS, SHARE = "nats", "share"
"""Of what a change of format likelihood is: the log of the choices' total probability, or the share
of written answers or programs that cannot be parsed.
"""
FORMAT_MOVED: Mapping[str, float] = MappingProxyType({NATS: 0.5, SHARE: 0.1})
"""The smallest change of format likelihood that findings mention, if random controls change it
less: the choices together are 1.6 times less likely, or a tenth of the answers is concerned.
"""

MOST_UNREAD = 0.5
"""Share of written answers or programs that cannot be parsed beyond which scores may tell of that
alone, if a mask moves format likelihood: more texts have no answer than have one."""

# Whether a mask acts on an ability or the format of its items: docs/explanation/analysis.md,
# "Effects".

ABILITY_FORMAT = 0.25
"""Largest change of format likelihood, in nats, of a mask whose effect counts as one on the
ability.
"""
SURELY = 1.645
"""Standard errors by which a rise of option cross-entropy must exceed 0, and each control:
one-sided, at 5%.
"""

# How sure profiles are, and what could show: docs/explanation/statistics.md.

CONFIDENCE = 0.95
"""Of intervals of similarities and effective numbers, by custom; those of AIS are configured."""
MIN_ABILITIES = 3
"""A correlation over fewer says nothing."""
MIN_CHANGED = 10
"""With fewer items that tell masks apart, a correlation of halves is an accident of the halving."""
RELIABLE = 0.8
"""Reliability for which the number of items is planned, by custom."""
POWER = 0.8
"""Chance to find an effect for which the number of items is planned, by custom."""
PLANNED = (0.1, 0.2)
"""AIS for which the number of items is planned."""


def is_above_guessing(p: float) -> bool:
    """Whether a model has anything to lose, from the p-value that it does no better."""
    return bool(p < SIGNIFICANCE)


def differs(q: float, difference: float, sign: int) -> bool:
    """Whether a difference is an effect in one direction: 1 for larger, -1 for smaller."""
    return bool(q < SIGNIFICANCE and sign * difference > 0)


def moves_format(unit: str, change: float, low: float, high: float, controls: float) -> bool:
    """Whether format likelihood changes by enough, surely, and by more than under any random
    control.

    Args:
        unit: of what the change is.
        change: of format likelihood under an ability's mask.
        low: the lower bound of its interval.
        high: the upper one.
        controls: the largest change, in size, under its random controls; NaN where there is none.
    """
    enough = unit in FORMAT_MOVED and abs(change) >= FORMAT_MOVED[unit]
    # No number is at most NaN: without controls the threshold decides alone.
    return bool(enough and (low > 0 or high < 0) and not abs(change) <= controls)


@dataclass(frozen=True)
class Rise:
    """A rise of option cross-entropy in nats, with its standard error."""

    value: float
    error: float

    def exceeds(self, other: float, error: float = 0) -> bool:
        """Whether it is surely larger; both errors count as if items were not the same ones."""
        return self.value - other > SURELY * hypot(self.error, error)


def explanations(rise: Rise, format_change: float, controls: Mapping[str, Rise]) -> list[str]:
    """Name what explains a mask's rise of option cross-entropy beside its ability.

    The mask is **validated** where nothing does.

    An item whose right option has no probability has an infinite loss: the rise then has no error,
    and nothing can be said of what else there is.

    Args:
        rise: on the ability's items.
        format_change: the change of format likelihood on them, in nats.
        controls: on the same items under other masks, or on their control items under the same
            mask.
    """
    if not isfinite(rise.value):
        return ["infinite loss"]
    beside = [] if rise.exceeds(0) else ["chance"]
    # Unknown format likelihood, as where an option has no probability, explains as well.
    beside += [] if abs(format_change) < ABILITY_FORMAT else ["format likelihood"]
    return beside + [
        name for name, other in controls.items() if not rise.exceeds(other.value, other.error)
    ]


def is_selective(on_target: float, others: float) -> bool:
    """Whether a mask takes enough off its held-out test and little off the others'.

    The report says "none selective" where no mask of a matrix is: its profiles are of no ability.
    A validation's `selective` says that all masks of a planted model are, by the worst of each.
    """
    return bool(on_target >= LEAST_ON_TARGET and others <= SIDE_DROP)


def is_matched_by_others(on_target: float, others: Iterable[float], enough: float) -> bool:
    """Whether what a mask is compared with costs its ability as much as it does, and enough.

    Calibration's `not_selective`: unlike `is_selective`, it is about what other masks do to one
    test, and a small drop of theirs is no fault where the own is larger.
    """
    return any(other >= max(on_target, enough) for other in others)


def is_selective_by_loss(own_loss: float, other: float) -> bool:
    """Whether a mask raises the own answer loss clearly more than another loss, and at all.

    The analysis's: about losses in nats, which have no guessing and so no share of a score.
    """
    # The second holds two infinite rises apart.
    return bool(own_loss >= SELECTIVE_RISE * other and own_loss > max(other, 0))
