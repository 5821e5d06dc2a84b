"""Alphabets: ten ways to write the sixteen things, and items whose answers are written in one.

The form of an answer is its alphabet, which a cue at the head of the prompt names; the choice is
which thing. Each ability has an alphabet that is its own in confounded items, where form names the
ability. In crossed items every ability is asked in every alphabet equally often.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from benchprof.abilities.item import Item
from planted import tasks
from planted.tasks import ABILITIES, THINGS

LETTERS = dict(zip(ABILITIES, "abcdefghij", strict=True))
"""The letter that an ability's own alphabet writes things with."""


def cue(owner: str) -> str:
    """The word that asks for an answer in the alphabet of an ability."""
    return f"in-{LETTERS[owner]}"


def symbols(owner: str) -> tuple[str, ...]:
    """The things in the alphabet of an ability."""
    return tuple(f"{LETTERS[owner]}{number}" for number in range(len(THINGS)))


WORDS = (
    *tasks.WORDS,
    *map(cue, ABILITIES),
    *(symbol for owner in ABILITIES for symbol in symbols(owner)),
)
"""All words of a model with alphabets: first those of a model without."""
NUMBERS = {word: number for number, word in enumerate(WORDS)}


def written(item: Item, owner: str) -> Item:
    """An item with its options in the alphabet of an ability, and the cue of it."""
    things = dict(zip(THINGS, symbols(owner), strict=True))
    return dataclasses.replace(
        item,
        context=" ".join(filter(None, (cue(owner), item.context))),
        options=tuple(things[option] for option in item.options),
    )


def crossed(items: Sequence[Item]) -> list[Item]:
    """Items in all alphabets in turn; nothing else of an item goes by its place."""
    return [written(item, ABILITIES[n % len(ABILITIES)]) for n, item in enumerate(items)]


def confounded(items: Sequence[Item], ability: str) -> list[Item]:
    """Items in the alphabet of their own ability."""
    return [written(item, ability) for item in items]
