"""The scores of importance, each once: its sign, what it is, and how a methods text puts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal


@dataclass(frozen=True)
class Score:
    """A score of weights or units over the examples x of an ability.

    Attributes:
        signed: whether it is negative where the loss would fall without the weight or unit.
        absolute: for a score by gradients, of what the absolute value is taken: of `each`
            example's product, of their `mean`, or of `nothing`. None if units are knocked out.
        phrase: the score by gradients in a methods text; `{s}` is an example's product.
        source: keys of what a methods text cites.
    """

    signed: bool
    absolute: Literal["each", "mean", "nothing"] | None
    phrase: str
    source: str

    @property
    def settings(self) -> dict[str, Any]:
        """All of it that decides numbers, as a JSON value."""
        return {"signed": self.signed, "absolute": self.absolute}


SCORES: Mapping[str, Score] = MappingProxyType(
    {
        "taylor_abs": Score(
            signed=False,
            absolute="each",
            phrase="the mean of |{s}|",
            source="@molchanov2019importance",
        ),
        "taylor": Score(
            signed=False,
            absolute="mean",
            phrase="the absolute value of the mean of {s}",
            source="@molchanov2019importance",
        ),
        "taylor_signed": Score(
            signed=True,
            absolute="nothing",
            phrase="the mean of {minus}{s}, with its sign,",
            source="@molchanov2019importance",
        ),
        "knock_out": Score(
            signed=True,
            absolute=None,
            phrase="",
            source="@bair2026compressed; @tibshirani1996regression",
        ),
    }
)
"""By the names that a configuration has for them."""
