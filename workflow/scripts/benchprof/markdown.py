"""Tables of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from benchprof.plain_text import without_controls


def plain(text: str) -> str:
    """A stranger's text as it is, on one line: without what would be markup."""
    return re.sub(r"([\\`*_\[\]<>&#!])", r"\\\1", without_controls(" ".join(text.split())))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], rule: str = "---") -> list[str]:
    """The lines of a pipe table.

    Args:
        header: a text per column.
        rows: likewise, each; a bar in a text does not end its cell.
        rule: what stands below the header of every column but the first.
    """
    lines = [header, ["---", *[rule] * (len(header) - 1)], *rows]
    return ["| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines]
