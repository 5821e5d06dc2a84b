"""What the configuration says of importance."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from benchprof.run.configuration.fields import CompanionKind, Flag, Limit, Share
from benchprof.section import Section

SIGNED = ("taylor_signed", "knock_out")
"""Scores that are negative where the loss would fall."""


class KnockOuts(Section):
    """Random groups of units that are knocked out, one at a time."""

    groups: int = Field(default=100, ge=10, description="a whole number of groups, 10 or more")
    share: Share = 0.02


class Importance(Section):
    """How the weights are scored for each ability."""

    score: Literal["taylor_abs", "taylor", "taylor_signed", "knock_out"] = Field(
        description="one of taylor_abs, taylor, taylor_signed, knock_out"
    )
    loss_on: Literal["all", "answer", "choice"] = Field(description="one of all, answer, choice")
    against: CompanionKind | None = None
    halves: Flag = False
    limit: Limit | None = None
    knock_outs: KnockOuts | None = Field(
        default=None, description="a section with groups and share"
    )

    @property
    def knocked_out(self) -> KnockOuts | None:
        """The groups to knock out, where that is the score."""
        return (self.knock_outs or KnockOuts()) if self.score == "knock_out" else None
