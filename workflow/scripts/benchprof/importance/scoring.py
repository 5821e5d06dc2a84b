"""How a model's weights or units are scored, whatever the items are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from benchprof import codebase
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope

ACTIVATIONS_ON_GPU = 0.1
"""What of a large model's weights the activations of a pass may take on a GPU, whose memory is what
is short: some hundred tokens of a pass are enough."""
SCORES_ON_GPU = 0.75
"""What of the weights the scores may take there that are added up at a time."""


@dataclass(frozen=True)
class Groups:
    """Random groups of units that are knocked out, one at a time.

    Attributes:
        number: how many.
        share: of the units in scope that each holds.
        seed: of the draw.
    """

    number: int
    share: float
    seed: int


@dataclass(frozen=True)
class Scoring:
    """What importance depends on beside the items, and where it is computed.

    Attributes:
        model: whose weights or units are scored; scores are accumulated in float32.
        scope: what is scored.
        score: taylor_abs, taylor, taylor_signed or knock_out.
        loss_on: all, answer or option_cross_entropy.
        against: the kind of control item whose score is subtracted; None for none.
        on_host: whether accumulators stay off the accelerator.
        groups: of the units, where these are knocked out; None for another score.
    """

    model: PreparedModel
    scope: Scope
    score: str
    loss_on: str
    against: str | None = None
    on_host: bool = False
    groups: Groups | None = None

    @property
    def knock_outs(self) -> dict[str, Any]:
        """What decides the numbers beside the other keys, where units are knocked out."""
        if self.groups is None:
            return {}
        code = codebase.digest_of("importance.knock_out_scores")
        return {"knock_outs": {"groups": asdict(self.groups), "code": code}}
