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
    """taylor_abs: the mean over examples of |weight x gradient|. taylor: |weight x mean gradient|.
    taylor_signed: -weight x mean gradient, positive if the loss would rise without the weight.
    knock_out (units only): each unit's part in the rise of the loss without random groups of
    units, by regression; signed.
    """
    loss_on: Literal["all", "answer", "option_cross_entropy"] = Field(
        description="one of all, answer, option_cross_entropy"
    )
    """all: every token of the example. answer: the answer's tokens. option_cross_entropy: the
    negative log of the right option's share among the options.
    """
    against: ControlItemKind | None = None
    """The kind of control item whose score is subtracted; each item needs one. A difference below 0
    becomes 0, except with taylor_signed and knock_out.
    """
    halves: Flag = False
    """Whether masks are also made from each half of the train items and put to their ability's
    held-out test (docs/explanation/statistics.md). It takes a mask fraction that is a number, a
    held-out test and two train items of each ability. For weights, it doubles the importance stage.
    """
    limit: Limit | None = None
    """The number of each ability's train items (a seeded sample); all, if left out."""
    knock_outs: KnockOuts | None = Field(
        default=None, description="a section with groups and share"
    )
    """For knock_out: how many random groups of units, and the share of the units in scope that each
    contains. A unit is in groups x share of them; too few cannot tell units apart.
    """

    @property
    def knocked_out(self) -> KnockOuts | None:
        """The groups to knock out, where that is the score."""
        return (self.knock_outs or KnockOuts()) if SCORES[self.score].absolute is None else None
