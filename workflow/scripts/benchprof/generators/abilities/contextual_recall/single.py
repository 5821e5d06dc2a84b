"""Single facts: the answer stands in one sentence, beside other facts of the same kind.

Easy: four facts of two roles, in the question's words. Medium: four of three roles, in other words,
among eight asides that name wrong answers beside the given name. Hard: eight facts told as two
lists, or a grid of twelve facts with two keys. In the twin, another name stands wherever the text
had the one that the question gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from benchprof.generators.abilities.contextual_recall.pools import POOLS
from benchprof.generators.abilities.contextual_recall.scenes import (
    OPTIONS,
    Grid,
    Question,
    Records,
    Short,
)
from benchprof.generators.templates.template import Draft

Record = dict[str, str]


def option_text(role: str, name: str, own: str = "") -> str:
    return (own or OPTIONS.get(role, "{}")).format(name)


def draw_records(random: Random, roles: Sequence[str], count: int) -> list[Record]:
    """Records that share no name."""
    columns = {role: random.sample(POOLS[role], count) for role in roles}
    return [{role: columns[role][row] for role in roles} for row in range(count)]


def easy(scene: Records, short: Short, random: Random) -> Draft:
    records = draw_records(random, (short.given, short.asked), 4)
    asked = random.randrange(4)

    def told(rows: Sequence[Record]) -> str:
        return scene.lead + " ".join(short.sentence.format(**row) for row in rows)

    question = short.question.format(**records[asked])
    options = [option_text(short.asked, row[short.asked], short.option) for row in records]
    wrong = tuple(option for n, option in enumerate(options) if n != asked)
    twin = told(_without(records, asked, short.given, random))
    return Draft(told(records), question, options[asked], wrong, twin, question)


def medium(scene: Records, question: Question, random: Random) -> Draft:
    frames, aside = scene.full, scene.aside(question)
    records = draw_records(random, scene.roles, 4)
    asked = random.randrange(4)
    start = random.randrange(len(frames))
    order = random.sample(range(12), 12)

    def told(rows: Sequence[Record]) -> str:
        # The frames take turns, from a random one on, so that no frame goes with the answer.
        facts = [frames[(start + n) % len(frames)].format(**row) for n, row in enumerate(rows)]
        # Each name stands beside two wrong answers too, so that its sentences alone tell little.
        asides = [
            aside.format(**row | {question.asked: rows[(n + step) % 4][question.asked]})
            for n, row in enumerate(rows)
            for step in (1, 2)
        ]
        sentences = [*facts, *asides]
        return scene.lead + " ".join(sentences[n] for n in order)

    return _draft(told, records, range(4), asked, question, random)


def hard(scene: Records, question: Question, random: Random) -> Draft:
    records = draw_records(random, scene.roles, 8)
    asked = random.randrange(8)
    # All options stand in the list of the given name, so that finding the list is not enough.
    start = asked // 4 * 4

    def told(rows: Sequence[Record]) -> str:
        return scene.lead + " ".join(
            scene.listed.format(**_numbered(part)) for part in (rows[:4], rows[4:])
        )

    return _draft(told, records, range(start, start + 4), asked, question, random)


def grid(scene: Grid, random: Random) -> Draft:
    columns = random.sample(POOLS[scene.column], 4)
    *rows, stranger = random.sample(POOLS[scene.row], 4)
    names = random.sample(POOLS[scene.value], 12)
    values = [names[4 * n : 4 * n + 4] for n in range(3)]
    row, column = random.randrange(3), random.randrange(4)
    # The options fill two rows by two columns, so that neither key alone finds the answer.
    other_row = random.choice([n for n in range(3) if n != row])
    other_column = random.choice([n for n in range(4) if n != column])

    def told(labels: Sequence[str]) -> str:
        slots = [
            dict(zip("abcdpqrs", (*columns, *cells), strict=True)) | {"row": label}
            for label, cells in zip(labels, values, strict=True)
        ]
        return " ".join(scene.sentence.format(**names) for names in slots)

    question = scene.question.format(row=rows[row], column=columns[column])
    wrong = ((row, other_column), (other_row, column), (other_row, other_column))
    return Draft(
        told(rows),
        question,
        option_text(scene.value, values[row][column]),
        tuple(option_text(scene.value, values[r][c]) for r, c in wrong),
        told([stranger if n == row else label for n, label in enumerate(rows)]),
        question,
    )


def _numbered(rows: Sequence[Record]) -> Record:
    """The names of several records in one, by role and place."""
    return {f"{role}{n}": row[role] for n, row in enumerate(rows, start=1) for role in row}


def _without(records: Sequence[Record], asked: int, given: str, random: Random) -> list[Record]:
    """The records with a stranger where the question's name stood."""
    known = {row[given] for row in records}
    stranger = random.choice([name for name in POOLS[given] if name not in known])
    return [row | {given: stranger} if n == asked else row for n, row in enumerate(records)]


def _draft(
    told: Callable[[Sequence[Record]], str],
    records: Sequence[Record],
    offered: Sequence[int],
    asked: int,
    question: Question,
    random: Random,
) -> Draft:
    """The question about one of the records, with the offered records' names as options."""
    text = question.text.format(**records[asked])
    role = question.asked
    options = {n: option_text(role, records[n][role], question.option) for n in offered}
    wrong = tuple(options[n] for n in offered if n != asked)
    twin = told(_without(records, asked, question.given, random))
    return Draft(told(records), text, options[asked], wrong, twin, text)
