"""Agents and instruments: draws from the tables of doings.py."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random

from benchprof.generators.abilities.semantic_relationship_comprehension.doings import Doer
from benchprof.generators.abilities.semantic_relationship_comprehension.fill import (
    HANDS,
    Draw,
    Fill,
    Slots,
    draw_apart,
)
from benchprof.generators.abilities.semantic_relationship_comprehension.words import with_article
from benchprof.generators.templates.phrasing import Phrasing
from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.shares import entries_of

Tables = dict[str, tuple[Doer, ...]]


def _clash(one: Doer, other: Doer) -> bool:
    return one.name in other.clashes or other.name in one.clashes


def _draw_doers(table: Sequence[Doer], random: Random, count: int) -> list[Doer]:
    return draw_apart(table, random, count, _clash)


def _doer_slots(doer: Doer, random: Random) -> Slots:
    task = random.choice(doer.tasks)
    name = with_article(doer.name)
    return {"task": task, "does": _does(task), "doer": name}


def _does(task: str) -> str:
    """The task with its verb in the third person: "fly a plane" becomes "flies a plane"."""
    verb, _, rest = task.partition(" ")
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        verb += "es"
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        verb = verb[:-1] + "ies"
    else:
        verb += "s"
    return f"{verb} {rest}"


def _all_doers(split: str, tables: Tables) -> list[Doer]:
    return [doer for table in tables.values() for doer in entries_of(split, table)]


def _draw_doer(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    """The wrong ones come from anywhere."""
    right, *wrong, stranger = _draw_doers(_all_doers(phrasing.split, tables), random, 5)
    return Fill(
        _doer_slots(right, random),
        _doer_slots(stranger, random),
        with_article(right.name),
        tuple(with_article(doer.name) for doer in wrong),
    )


def _draw_neighbours(split: str, random: Random, tables: Tables) -> tuple[list[Doer], Doer]:
    """Four of one walk of life, and one of another for the twin."""
    while True:
        near, far = random.sample(list(tables.values()), 2)
        drawn = _draw_doers_or_none(entries_of(split, near), random)
        stranger = random.choice(entries_of(split, far))
        if drawn and not any(_clash(doer, stranger) for doer in drawn):
            return drawn, stranger


def _draw_doers_or_none(table: Sequence[Doer], random: Random) -> list[Doer]:
    drawn = random.sample(table, 4)
    return [] if any(_clash(drawn[0], other) for other in drawn[1:]) else drawn


def _draw_close(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    (right, *wrong), stranger = _draw_neighbours(phrasing.split, random, tables)
    return Fill(
        _doer_slots(right, random),
        _doer_slots(stranger, random),
        with_article(right.name),
        tuple(with_article(doer.name) for doer in wrong),
    )


def _draw_task(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    (right, *wrong), stranger = _draw_neighbours(phrasing.split, random, tables)
    return Fill(
        _doer_slots(right, random),
        _doer_slots(stranger, random),
        f"to {random.choice(right.tasks)}",
        tuple(f"to {random.choice(doer.tasks)}" for doer in wrong),
    )


def _draw_leftover(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    """Three tasks for four doers; the twin's tasks suit none of the four."""
    doers = _draw_doers(_all_doers(phrasing.split, tables), random, 7)
    here, away = doers[:4], doers[4:]
    hands = random.sample(HANDS, len(HANDS))
    slots = {f"j{hand[1]}": with_article(doer.name) for hand, doer in zip(hands, here, strict=True)}
    needed = random.sample(here[1:], 3)
    slots |= {f"t{index}": random.choice(doer.tasks) for index, doer in enumerate(needed, 1)}
    twin = {f"t{index}": random.choice(doer.tasks) for index, doer in enumerate(away, 1)}
    return Fill(slots, twin, hands[0], tuple(hands[1:]))


def _draw_fitting(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    """Four doers with a task each, of which one fits; in the twin none does."""
    doers = _draw_doers(_all_doers(phrasing.split, tables), random, 8)
    here, away = doers[:4], doers[4:]
    hands = random.sample(HANDS, len(HANDS))
    slots = {f"j{hand[1]}": with_article(doer.name) for hand, doer in zip(hands, here, strict=True)}
    tasks = {hand: random.choice(doer.tasks) for hand, doer in zip(hands, away, strict=True)}
    twin = _task_slots(tasks)
    tasks[hands[0]] = random.choice(here[0].tasks)
    return Fill(slots | _task_slots(tasks), twin, hands[0], tuple(hands[1:]))


def _task_slots(tasks: dict[str, str]) -> Slots:
    slots = {f"t{hand[1]}": task for hand, task in tasks.items()}
    return slots | {f"{slot}_start": capital(task) for slot, task in slots.items()}


def modes(tables: Tables) -> dict[str, Draw]:
    """What draws, by the mode of a phrasing: of agents or of instruments."""
    return {
        "doer": partial(_draw_doer, tables=tables),
        "close": partial(_draw_close, tables=tables),
        "task": partial(_draw_task, tables=tables),
        "leftover": partial(_draw_leftover, tables=tables),
        "fitting": partial(_draw_fitting, tables=tables),
    }
