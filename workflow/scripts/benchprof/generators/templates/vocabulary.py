"""Names, places and objects for the generated items, all common and of varied origin."""

from __future__ import annotations

from pathlib import Path

from benchprof.generators.table import read_pools

POOLS = read_pools(Path(__file__).with_suffix(".tsv"))

FIRST_NAMES = POOLS["first_names"]

# For texts in which people must be told apart: of two names nearly alike, one.
DISTINCT_NAMES = tuple(
    name for name in FIRST_NAMES if name not in ("Jorge", "Laila", "Sara", "Tomas")
)

# Towns that do not exist, so that no item about them is answered from world knowledge.
INVENTED_TOWNS = POOLS["invented_towns"]

JOBS = POOLS["jobs"]
OBJECTS = POOLS["objects"]
COLOURS = POOLS["colours"]
ANIMALS = POOLS["animals"]
