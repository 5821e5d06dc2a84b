"""The rows of a run's tables, and their comparison with what they should say."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from typing import Any

from benchprof.archive.layout import ArchiveError

# Means are added up in another order here than where the tables were made.
TOLERANCE = 1e-9
# As Python writes a number: `float` would take digits of other scripts, too.
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?", re.ASCII)
Row = dict[str, str]


def read_rows(content: bytes, name: str) -> Iterator[tuple[str, Row]]:
    """The rows of a table with where each is, one by one: all of them would take much memory.

    Raises:
        ArchiveError: a column is there twice, or a row has too many cells or too few.
    """
    reader = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    columns = reader.fieldnames or []
    if len(set(columns)) < len(columns):
        raise ArchiveError(f"{name}: a column twice; expected each once")
    for line, row in enumerate(reader, start=2):
        where = f"{name}, line {line}"
        if None in row or None in row.values():
            raise ArchiveError(f"{where}: not as many cells as columns")
        yield where, row


def compare(row: Row, expected: dict[str, Any], where: str) -> None:
    """Compare columns of a row with the values that follow from the records.

    Raises:
        ArchiveError: names the place, the column and both values.
    """
    for column, value in expected.items():
        found = row[column]
        if isinstance(value, float):
            number = number_of(found, f"{where}, {column}")
            same = math.isclose(number, value, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        else:
            same = found == text_of(value)
        if not same:
            raise ArchiveError(f"{where}, {column}: {found or 'empty'}; the records give {value}")


def number_of(cell: str, where: str) -> float:
    """The number in a cell.

    Raises:
        ArchiveError: it holds none, as the tables write them.
    """
    if not DECIMAL.fullmatch(cell):
        raise ArchiveError(f"{where}: {cell or 'empty'}; expected a number")
    return float(cell)


def text_of(value: Any) -> str:
    """A value as the tables write it."""
    return "" if value is None else str(value)
