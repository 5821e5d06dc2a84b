"""How a table of words is divided between the splits: each entry belongs to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from benchprof.abilities.item import SPLITS

Entry = TypeVar("Entry")

TRAIN, CALIBRATION, TEST = SPLITS
# Half of the entries train, a quarter each calibrates and tests, as the items are divided.
SHARES = (TRAIN, CALIBRATION, TRAIN, TEST)


def entries_of(split: str, table: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries of a table that belong to a split."""
    return tuple(entry for index, entry in enumerate(table) if SHARES[index % len(SHARES)] == split)
