"""Single facts: the answer stands in one sentence, beside other facts of the same kind.

Easy: four facts of two roles, in sentences that the options repeat. Medium: four of three roles,
in different sentences. Hard: six facts told as lists, or a grid of twelve facts with two keys. In
the twin, another name stands where the text had the one that the question gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from contextual_recall.pools import POOLS
from contextual_recall.scenes import OPTIONS, Grid, Question, Records, Short
from generation.template import Draft

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

    def option(row: Record) -> str:
        names = records[asked] | {short.asked: row[short.asked]}
        return short.sentence.format(**names).removesuffix(".")

    question = short.question.format(**records[asked])
    return Draft(
        told(records),
        question,
        option(records[asked]),
        tuple(option(row) for row in records if row is not records[asked]),
        told(_without(records, asked, short.given, random)),
        question,
    )


def medium(scene: Records, question: Question, random: Random) -> Draft:
    frames = scene.full
    records = draw_records(random, scene.roles, 4)
    asked = random.randrange(4)
    start = random.randrange(len(frames))

    def told(rows: Sequence[Record]) -> str:
        # The frames take turns, from a random one on, so that no frame goes with the answer.
        sentences = [frames[(start + n) % len(frames)].format(**row) for n, row in enumerate(rows)]
        return scene.lead + " ".join(sentences)

    return _draft(
        told(records),
        told(_without(records, asked, question.given, random)),
        question,
        records[asked],
        [row for row in records if row is not records[asked]],
    )


def hard(scene: Records, question: Question, random: Random) -> Draft:
    records = draw_records(random, scene.roles, 6)
    asked = random.randrange(6)
    # Two options from each list, so that the number of options from a list tells nothing.
    half = asked // 3 * 3
    same = [n for n in range(half, half + 3) if n != asked]
    wrong = [random.choice(same), *random.sample(range(3 - half, 6 - half), 2)]

    def told(rows: Sequence[Record]) -> str:
        lists = [
            {f"{role}{n}": row[role] for n, row in enumerate(part, start=1) for role in row}
            for part in (rows[:3], rows[3:])
        ]
        return scene.lead + " ".join(scene.listed.format(**names) for names in lists)

    return _draft(
        told(records),
        told(_without(records, asked, question.given, random)),
        question,
        records[asked],
        [records[n] for n in wrong],
    )


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


def _without(records: Sequence[Record], asked: int, given: str, random: Random) -> list[Record]:
    """The records with a stranger where the question's name stood."""
    known = {row[given] for row in records}
    stranger = random.choice([name for name in POOLS[given] if name not in known])
    return [row | {given: stranger} if n == asked else row for n, row in enumerate(records)]


def _draft(
    context: str, twin: str, question: Question, right: Record, wrong: Sequence[Record]
) -> Draft:
    text = question.text.format(**right)

    def option(row: Record) -> str:
        return option_text(question.asked, row[question.asked], question.option)

    return Draft(context, text, option(right), tuple(map(option, wrong)), twin, text)
