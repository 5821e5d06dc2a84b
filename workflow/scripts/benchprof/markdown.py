"""Tables of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]], rule: str = "---") -> list[str]:
    """The lines of a pipe table.

    Args:
        header: a text per column.
        rows: likewise, each; a bar in a text does not end its cell.
        rule: what stands below the header of every column but the first.
    """
    lines = [header, ["---", *[rule] * (len(header) - 1)], *rows]
    return ["| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines]
