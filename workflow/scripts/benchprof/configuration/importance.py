"""What the configuration says of importance."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from benchprof.fields import ControlItemKind, Flag, Limit, Share
from benchprof.importance.score import SCORES
from benchprof.section import Section


def _known(score: str) -> str:
    if score not in SCORES:
        raise ValueError(score)
    return score


class KnockOuts(Section):
    """Random groups of units that are knocked out, one at a time."""

    groups: int = Field(default=100, ge=10, description="a whole number of groups, 10 or more")
    share: Share = 0.02


class Importance(Section):
    """How the weights are scored for each ability."""

    score: Annotated[str, AfterValidator(_known)] = Field(description=f"one of {', '.join(SCORES)}")
    """taylor_abs is the mean over examples of |weight x gradient|; taylor is |weight x mean
    gradient|; taylor_signed is -weight x mean gradient, which is positive if the loss would
    rise without the weight. knock_out (for units only) switches off random groups of units and
    uses a regression to estimate how much each unit contributes to the rise in the loss; it is
    signed, and takes one pass over the items for each group.
    """
    loss_on: Literal["all", "answer", "option_cross_entropy"] = Field(
        description="one of all, answer, option_cross_entropy"
    )
    """The loss that importance is computed from. answer: the loss on the answer's tokens. all: the
    loss on every token of the example. option_cross_entropy: the negative log of the right
    option's share among the options.
    """
    against: ControlItemKind | None = None
    """The kind of control item whose score is subtracted from the score on the items. The
    difference is not allowed to go below 0, except that taylor_signed and knock_out keep the
    sign. Each item then needs a control item of this kind. Leave the key out if you don't want
    to subtract anything.
    """
    halves: Flag = False
    """If true, masks are also made from each half of the train items, at each mask fraction that is
    a number. These masks are evaluated on their ability's held-out test, and show how much an
    AIS depends on the choice of train items (docs/explanation/statistics.md). So fractions must
    contain a number, and the benchmarks a held-out test. For single weights, this takes as long
    as computing the importance does. For units, the scores come from the store. It takes two
    train items of each ability or more.
    """
    limit: Limit | None = None
    """The number of train items to use for each ability, as a seeded sample. To use all of them,
    leave this key out.
    """
    knock_outs: KnockOuts | None = Field(
        default=None, description="a section with groups and share"
    )
    """For knock_out: the number of random groups of units, and the share of the units in scope
    that each group contains. Each unit is in (groups x share) of them. If a unit is in only a
    few groups, it cannot be told apart from the other units in the same groups.
    """

    @property
    def knocked_out(self) -> KnockOuts | None:
        """The groups to knock out, where that is the score."""
        return (self.knock_outs or KnockOuts()) if SCORES[self.score].absolute is None else None
