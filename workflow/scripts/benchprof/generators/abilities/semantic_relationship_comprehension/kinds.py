"""Kinds and their members: draws from the categories."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random

from benchprof.generators.abilities.semantic_relationship_comprehension.fill import (
    HANDS,
    Draw,
    Fill,
    Slots,
    draw_apart,
)
from benchprof.generators.abilities.semantic_relationship_comprehension.words import (
    CATEGORIES,
    Category,
    with_article,
)
from benchprof.generators.templates.phrasing import Phrasing
from benchprof.generators.templates.shares import entries_of


def _overlap(one: Category, other: Category) -> bool:
    return one.name in other.overlaps or other.name in one.overlaps


def draw_categories(tables: Sequence[Category], random: Random, count: int) -> list[Category]:
    """Categories of which none may share a member with another."""
    return draw_apart(tables, random, count, _overlap)


def category_tables(split: str) -> list[tuple[Category, ...]]:
    """The split's categories, by neighbourhood."""
    return [entries_of(split, table) for table in CATEGORIES.values()]


def _member(category: Category, random: Random) -> str:
    member = random.choice(category.members)
    return with_article(member) if category.counted else member


def _stranger_category(split: str, shown: Sequence[Category], random: Random) -> Category:
    rest = [
        category
        for table in category_tables(split)
        for category in table
        if category not in shown and not any(_overlap(category, other) for other in shown)
    ]
    return random.choice(rest)


def _draw_kind(phrasing: Phrasing, random: Random) -> Fill:
    every = [category for table in category_tables(phrasing.split) for category in table]
    right, *wrong = draw_categories(every, random, 4)
    return Fill(
        {"member": _member(right, random)},
        {"member": _member(_stranger_category(phrasing.split, [right, *wrong], random), random)},
        with_article(right.name),
        tuple(with_article(category.name) for category in wrong),
    )


def _draw_member(phrasing: Phrasing, random: Random) -> Fill:
    """The members come from neighbouring categories."""
    while True:
        table = random.choice(category_tables(phrasing.split))
        drawn = random.sample(table, 4)
        right, *wrong = drawn
        if not any(_overlap(right, category) for category in wrong):
            break
    stranger = _stranger_category(phrasing.split, drawn, random)
    return Fill(
        _kind_slots(right),
        _kind_slots(stranger),
        _member(right, random),
        tuple(_member(category, random) for category in wrong),
    )


def _kind_slots(category: Category) -> Slots:
    return {"kind": with_article(category.name), "bare_kind": category.name}


def _draw_lists(phrasing: Phrasing, random: Random, stray: bool) -> Fill:
    """Four lists of three words: where `stray`, one holds an intruder, else three do."""
    table = random.choice(category_tables(phrasing.split))
    kind, *others = draw_categories(table, random, 3)
    answer, *rest = random.sample(HANDS, len(HANDS))
    slots = _kind_slots(kind)
    for hand in HANDS:
        words = random.sample(kind.members, 3)
        if (hand == answer) == stray:
            words[random.randrange(3)] = random.choice(random.choice(others).members)
        slots[f"l{hand[1]}"] = f"{words[0]}, {words[1]}, {words[2]}"
    stranger = _stranger_category(phrasing.split, [kind, *others], random)
    return Fill(slots, _kind_slots(stranger), answer, tuple(rest))


MODES: dict[str, Draw] = {
    "kind": _draw_kind,
    "member": _draw_member,
    "list_all": partial(_draw_lists, stray=False),
    "list_stray": partial(_draw_lists, stray=True),
}
"""What draws, by the mode of a phrasing."""
