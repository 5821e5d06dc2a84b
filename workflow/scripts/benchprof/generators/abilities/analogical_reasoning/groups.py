"""Groups of people, written by us: who leads them, what persons do to each other and share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof.generators.table import entries, parts, read_groups, read_rows

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class System:
    """A group of people with a leader, members, a place and what they bring about together."""

    name: str
    leader: str
    members: str
    place: str
    result: str


def _by_split(use: str) -> dict[str, tuple[str, ...]]:
    rows = read_groups(TABLES / "persons.tsv", "use")[use]
    return {row["split"]: parts(row["words"]) for row in rows}


SYSTEMS: tuple[System, ...] = entries(read_rows(TABLES / "systems.tsv"), System)

# Things that have no counterpart in a group of people; they stand in the twins.
STRANGERS = _by_split("strangers")

# What one person does to another, so that the two have different parts in it.
DEEDS = _by_split("deeds")

# What two people share, so that neither has a part of his or her own; it stands in the twins.
BONDS = _by_split("bonds")
