"""Words and small helpers that the spatial types share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from random import Random
from typing import TypeVar

from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import OBJECTS

W = TypeVar("W")

# Only things that nobody expects to find above, inside or beside another.
THINGS = tuple(sorted({*OBJECTS} - {"umbrella", "letter", "toy", "rope", "towel"}))

FURNITURE = (
    "bed", "bench", "cart", "chair", "chest", "couch", "crate", "cupboard", "desk", "ladder",
    "piano", "shelf", "sled", "stool", "stove", "table", "tent", "trunk", "wagon", "wardrobe",
)  # fmt: skip

PETS = (
    "cat", "chick", "dog", "duck", "ferret", "fox", "frog", "goat", "hamster", "hen", "kitten",
    "lamb", "lizard", "mouse", "parrot", "pig", "puppy", "rabbit", "snake", "turtle",
)  # fmt: skip

PLACES = (
    "bakery", "bank", "barn", "bridge", "castle", "chapel", "church", "cinema", "clinic", "factory",
    "farm", "fort", "fountain", "garage", "harbour", "hotel", "lake", "library", "market", "mill",
    "museum", "palace", "park", "pharmacy", "pond", "prison", "quarry", "school", "stadium",
    "station", "temple", "theatre", "tower", "zoo",
)  # fmt: skip

LANDMARKS = ("coast", "cliffs", "forest", "hills", "marsh", "meadow", "river", "vineyard")

ROOMS = (
    "attic", "bathroom", "bedroom", "cellar", "corridor", "garage", "garden", "hallway", "kitchen",
    "laundry", "library", "nursery", "office", "pantry", "shed", "studio", "study", "workshop",
)  # fmt: skip

PAINTS = ("black", "blue", "brown", "green", "grey", "pink", "purple", "red", "white", "yellow")

SYMBOLS = (
    "anchor", "apple", "arrow", "bell", "bird", "boat", "cloud", "crown", "cross", "drop", "fish",
    "flag", "flower", "hand", "heart", "key", "leaf", "moon", "mushroom", "ring", "snail", "star",
    "sun", "tree", "wheel",
)  # fmt: skip

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
COMPASS = ("north", "east", "south", "west")


def the(nouns: Iterable[str]) -> list[str]:
    return [f"the {noun}" for noun in nouns]


def sentences(parts: Iterable[str]) -> str:
    return " ".join(capital(part) for part in parts)


def blocks(count: int) -> str:
    return f"{NUMBERS[count]} block" + ("s" if count > 1 else "")


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
