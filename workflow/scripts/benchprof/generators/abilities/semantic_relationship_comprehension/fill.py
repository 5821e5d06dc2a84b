"""What fills a phrasing, and the draft that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from benchprof.generators.templates.phrasing import Phrasing
from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import FIRST_NAMES

Slots = dict[str, str]
Entry = TypeVar("Entry")

HANDS = ("n1", "n2", "n3", "n4")
"""Slots of four people, where the options are their names."""


@dataclass(frozen=True)
class Fill:
    """What fills a phrasing: the slots, those that differ in the twin, and the options.

    An answer that is a key of `slots` (such as `n1`) stands for the slot's text.
    """

    slots: Slots
    twin: Slots
    answer: str
    distractors: tuple[str, ...]
    twin_context: str | None = None


Draw = Callable[[Phrasing, Random], Fill]
"""Draws what fills a phrasing."""


def draft(phrasing: Phrasing, draw: Draw, random: Random) -> Draft:
    """Draw what fills a phrasing, and write it in."""
    fill = draw(phrasing, random)
    names = random.sample(FIRST_NAMES, 5)
    slots = {f"n{index}": name for index, name in enumerate(names)} | fill.slots
    twin = slots | fill.twin
    twin_context = phrasing.context if fill.twin_context is None else fill.twin_context
    return Draft(
        context=capital(phrasing.context.format(**slots)),
        question=capital(phrasing.question.format(**slots)),
        answer=slots.get(fill.answer, fill.answer),
        distractors=tuple(slots.get(option, option) for option in fill.distractors),
        twin_context=capital(twin_context.format(**twin)),
        twin_question=capital(phrasing.question.format(**twin)),
    )


def two(words: Sequence[str], random: Random) -> tuple[str, str]:
    """Draw two different words."""
    first, second = random.sample(words, 2)
    return first, second


def draw_apart(
    table: Sequence[Entry], random: Random, count: int, near: Callable[[Entry, Entry], bool]
) -> list[Entry]:
    """Draw entries of a table of which no two are near each other."""
    while True:
        drawn = random.sample(table, count)
        if not any(near(a, b) for i, a in enumerate(drawn) for b in drawn[:i]):
            return drawn
