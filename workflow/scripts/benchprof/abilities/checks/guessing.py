"""How far a way of choosing options is from guessing, and how sure one may be of that.

The rule of every such check: it fails when the excess over guessing is over a limit in points, or
over three standard errors of guessing, where these are more. With the 800 items of a shipped
ability the limit alone decides (three standard errors are 4.6 points). With the 130 items of
one type, guessing itself is 8 points off once in fifty checks, and there are hundreds of
checks: three standard errors, 11.4 points, keep noise from being read as a fault. The bound in
force stands in the report, and the binomial interval beside it. To find a smaller fault, check
more items.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from benchprof.abilities.checks.check import Bound
from benchprof.abilities.item import Item

Z = 1.959964  # two-sided 95%
STANDARD_ERRORS = 3
TIE = 1e-9


@dataclass(frozen=True)
class Outcome:
    """Hits of `n` choices where guessing has the hit rate `chance`.

    A choice among k tied options counts as 1/k of a hit when the answer is among them, so
    `hits` need not be whole.
    """

    hits: float
    n: int
    chance: float

    @property
    def accuracy(self) -> float:
        """The hit rate."""
        return self.hits / self.n

    @property
    def excess(self) -> float:
        """Percentage points over guessing."""
        return 100 * (self.accuracy - self.chance)

    def bound(self, rule: Literal["within", "at most"], limit: float) -> Bound:
        """The bound of the excess: `limit` points, or more where noise alone is more."""
        noise = 100 * STANDARD_ERRORS * math.sqrt(self.chance * (1 - self.chance) / self.n)
        return Bound(rule, max(limit, round(noise, 1)), "points")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval of the accuracy, which stays within [0, 1] for any n."""
        p, n, z = self.accuracy, self.n, Z
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def detail(self) -> str:
        """Accuracy, n, guessing and interval in words."""
        low, high = self.interval
        noise = ", reaches guessing" if low <= self.chance <= high else ""
        return (
            f"{100 * self.accuracy:.1f}% of {self.n}, guessing {100 * self.chance:.1f}%, "
            f"95% interval {100 * low:.1f} to {100 * high:.1f}%{noise}"
        )


def chosen_by(items: Sequence[Item], scores: Sequence[Sequence[float]]) -> Outcome:
    """The outcome of choosing, for each item, the option with the highest score."""
    hits = sum(hit(item, score) for item, score in zip(items, scores, strict=True))
    return Outcome(hits, len(items), chance_of(items))


def hit(item: Item, scores: Sequence[float]) -> float:
    """1 when the answer alone scores highest, 1/k when it ties with k - 1 others, else 0."""
    best = max(scores)
    tied = [index for index, score in enumerate(scores) if score >= best - TIE]
    return 1 / len(tied) if item.answer in tied else 0.0


def chance_of(items: Sequence[Item]) -> float:
    """The hit rate of guessing, by each item's own number of options."""
    return sum(1 / len(item.options) for item in items) / len(items)
