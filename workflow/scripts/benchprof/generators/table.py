"""Tables of words beside the modules that draw from them: text, a row a line, tabs between cells.

The first line names the columns. A quotation mark is a character like any other, and an empty cell
is an empty text. Where a cell holds several texts, semicolons stand between them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

Entry = TypeVar("Entry")
Row = dict[str, str]


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows in the order of the table, each from column to cell."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_groups(path: Path, column: str) -> dict[str, list[Row]]:
    """The rows by their cell in one column, which they then lack."""
    groups: dict[str, list[Row]] = {}
    for row in read_rows(path):
        groups.setdefault(row.pop(column), []).append(row)
    return groups


def read_pools(path: Path) -> dict[str, tuple[str, ...]]:
    """Pools of words, from a table with the columns `pool` and `word`."""
    groups = read_groups(path, "pool")
    return {pool: tuple(row["word"] for row in rows) for pool, rows in groups.items()}


def entries(
    rows: Iterable[Row], kind: Callable[..., Entry], /, **parse: Callable[[str], object]
) -> tuple[Entry, ...]:
    """An entry per row, whose columns are its fields; `parse` reads those that are not text."""
    return tuple(
        kind(**{column: parse.get(column, str)(cell) for column, cell in row.items()})
        for row in rows
    )


def read_entries(
    path: Path, column: str, kind: Callable[..., Entry], /, **parse: Callable[[str], object]
) -> dict[str, tuple[Entry, ...]]:
    """The entries of a table by their cell in one column, which is no field of theirs."""
    groups = read_groups(path, column)
    return {group: entries(rows, kind, **parse) for group, rows in groups.items()}


def yes(cell: str) -> bool:
    """Whether a cell says yes."""
    return cell == "yes"


def parts(cell: str) -> tuple[str, ...]:
    """The texts that a cell holds, none where it is empty."""
    return tuple(cell.split(";")) if cell else ()
