"""Tables written by us from everyday knowledge: who does what, what with, and two-sided events.

`task` phrases begin with the verb's base form and share no stem with the name, which would give
the answer away. Each is chosen so that nobody (or nothing) else of
the table is the usual one for it; where two are close, `clashes` names the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof.generators.table import entries, parts, read_entries, read_rows

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class Doer:
    """A worker or a tool with the tasks that are typical of it and of no other in the table."""

    name: str
    tasks: tuple[str, ...]
    clashes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """What one person did to another, as in "hired Mei", "was hired", with each one's role."""

    verb: str
    passive: str
    rest: str
    first_role: str
    second_role: str


def _doers(name: str) -> dict[str, tuple[Doer, ...]]:
    return read_entries(TABLES / f"{name}.tsv", "group", Doer, tasks=parts, clashes=parts)


AGENTS = _doers("agents")

INSTRUMENTS = _doers("instruments")

EVENTS: tuple[Event, ...] = entries(read_rows(TABLES / "events.tsv"), Event)
