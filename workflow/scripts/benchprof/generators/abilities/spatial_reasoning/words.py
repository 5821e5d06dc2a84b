"""Words and small helpers that the spatial types share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from benchprof.generators.table import read_entries, read_pools
from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import OBJECTS

W = TypeVar("W")

TABLES = Path(__file__).parent / "tables"
POOLS = read_pools(Path(__file__).with_suffix(".tsv"))

# Only things that nobody expects to find above, inside or beside another.
THINGS = tuple(sorted({*OBJECTS} - {"umbrella", "letter", "toy", "rope", "towel"}))

FURNITURE = POOLS["furniture"]
PETS = POOLS["pets"]
PLACES = POOLS["places"]
LANDMARKS = POOLS["landmarks"]
ROOMS = POOLS["rooms"]
PAINTS = POOLS["paints"]
SYMBOLS = POOLS["symbols"]

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
COMPASS = ("north", "east", "south", "west")


def the(nouns: Iterable[str]) -> list[str]:
    return [f"the {noun}" for noun in nouns]


def sentences(parts: Iterable[str]) -> str:
    return " ".join(capital(part) for part in parts)


def blocks(count: int) -> str:
    return f"{NUMBERS[count]} block" + ("s" if count > 1 else "")


def read_wordings(
    name: str, kind: Callable[..., W], /, **parse: Callable[[str], object]
) -> dict[str, tuple[W, ...]]:
    """The wordings of a table by split."""
    return read_entries(TABLES / f"{name}.tsv", "split", kind, **parse)


def templates(
    type_: str,
    form: str,
    difficulty: str,
    wordings: Mapping[str, Sequence[W]],
    draw: Callable[[W, Random], Draft],
) -> list[Template]:
    """One template for each wording of each split."""
    head = f"{type_}-{form}-{difficulty}"
    return [
        Template(type_, f"{head}-{split}-{n}", split, difficulty, partial(draw, wording))
        for split, choices in wordings.items()
        for n, wording in enumerate(choices, start=1)
    ]
