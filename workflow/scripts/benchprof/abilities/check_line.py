"""One line of the report on items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Names in a detail, which must stay one line.
SHOWN = 3


@dataclass(frozen=True)
class Check:
    """A figure of an ability's items.

    Attributes:
        ability: whose items, or which several.
        name: what was checked.
        figure: what came out.
        passed: whether the figure keeps its bound; None where it has none.
        detail: how to read the figure, or what fails.
    """

    ability: str
    name: str
    figure: str
    passed: bool | None
    detail: str = ""

    @property
    def verdict(self) -> str:
        """The word that stands for `passed`."""
        return {True: "pass", False: "FAIL", None: "note"}[self.passed]


def shortlist(names: Sequence[str]) -> str:
    """The first few of many names."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
