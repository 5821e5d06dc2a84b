"""A figure, the bound that it must keep and whether it does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

ROUNDING = 1e-9
# Names in a detail, which must stay one line.
SHOWN = 3


@dataclass(frozen=True)
class Bound:
    """What a figure must keep: `within` means that its absolute value must not be over the limit.

    A figure that is `reported only` has no limit and always holds.
    """

    rule: Literal["within", "at most", "below", "at least", "reported only"]
    limit: float
    unit: str = ""

    def holds(self, value: float) -> bool:
        """Whether `value` keeps the bound; a value equal to the limit does, except for `below`."""
        if self.rule == "reported only":
            return True
        if self.rule == "within":
            return abs(value) <= self.limit + ROUNDING
        if self.rule == "at most":
            return value <= self.limit + ROUNDING
        if self.rule == "below":
            return value < self.limit - ROUNDING
        return value >= self.limit - ROUNDING

    def __str__(self) -> str:
        if self.rule == "reported only":
            return self.rule
        return f"{self.rule} {self.limit:g} {self.unit}".strip()


REPORTED = Bound("reported only", math.inf)


@dataclass(frozen=True)
class Check:
    """One line of the report; `passed` follows from the figure, so that they cannot disagree."""

    name: str
    value: float
    bound: Bound
    detail: str = ""

    @property
    def passed(self) -> bool:
        """Whether the figure keeps the bound."""
        return self.bound.holds(self.value)

    @property
    def figure(self) -> str:
        """The value as the table shows it: counts whole, points and percent to a tenth."""
        return f"{self.value:.0f}" if float(self.value).is_integer() else f"{self.value:.1f}"

    def to_json(self) -> dict[str, Any]:
        """The check as a JSON object, rounded so that it is the same on every machine."""
        return {
            "name": self.name,
            "passed": self.passed,
            "value": round(float(self.value), 4),
            "bound": str(self.bound),
            "detail": self.detail,
        }


def shortlist(names: list[str]) -> str:
    """The first few of many names."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
