"""Groups of people, written by us: who leads them, what persons do to each other and share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof.generators.table import entries, read_rows
from benchprof.generators.templates.shares import CALIBRATION, TEST, TRAIN

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class System:
    """A group of people with a leader, members, a place and what they bring about together."""

    name: str
    leader: str
    members: str
    place: str
    result: str


SYSTEMS: tuple[System, ...] = entries(read_rows(TABLES / "systems.tsv"), System)

# Things that have no counterpart in a group of people; they stand in the twins.
STRANGERS: dict[str, tuple[str, ...]] = {
    TRAIN: ("rainbow", "pebble", "moon", "umbrella", "cactus", "sneeze", "spoon", "fog"),
    CALIBRATION: ("thunderstorm", "turnip", "button", "volcano", "shoelace", "puddle"),
    TEST: ("snowflake", "pillow", "comet", "cucumber", "doorknob", "seashell"),
}

# What one person does to another, so that the two have different parts in it.
DEEDS: dict[str, tuple[str, ...]] = {
    TRAIN: (
        "pays", "teaches", "visits", "drives", "praises", "helps", "feeds", "warns", "trusts",
        "sketches", "hires", "greets",
    ),
    CALIBRATION: (
        "phones", "coaches", "admires", "scolds", "invites", "interviews", "copies", "rescues",
    ),
    TEST: (
        "thanks", "guides", "teases", "follows", "protects", "photographs", "obeys", "comforts",
    ),
}  # fmt: skip

# What two people share, so that neither has a part of his or her own; it stands in the twins.
BONDS: dict[str, tuple[str, ...]] = {
    TRAIN: ("sits next to", "lives near", "is as old as", "looks like", "shares a name with"),
    CALIBRATION: ("works beside", "is a cousin of", "is as tall as", "has lunch with"),
    TEST: ("stands opposite", "is a neighbour of", "shares an office with", "went to school with"),
}
