"""Wordings: texts with slots, from which an item and its corrupted twin are written together.

A table of wordings has columns for the form and the split that a wording belongs to, its context
and its question. `{a}` is a slot. `[{a}|some]` is its left side in the item and its right side in
the twin. What follows a `*` in a context, up to the next, is put in random order with the others.
A column `answer`, such as `${}`, says how an answer is written; empty or absent, as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchprof.generators.table import read_rows
from benchprof.generators.templates.template import Draft, Template

CHOICE = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")
MARK = re.compile(r" (?=\* )")
SENTENCE_START = re.compile(r"(?:^|(?<=[.?!] ))[a-z]")


class Case(NamedTuple):
    """What a form draws: the slots of its wordings, the right answer and three wrong ones."""

    slots: Mapping[str, object]
    answer: str
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """One sentence pattern, before its slots are filled."""

    lines: tuple[str, ...]
    question: str
    answer: str


@dataclass(frozen=True)
class Form:
    """One kind of problem: how its case is drawn and, for each split, its wordings."""

    type: str
    name: str
    difficulty: str
    draw: Callable[[Random], Case]
    wordings: Mapping[str, Sequence[Wording]]


def templates(
    forms: Iterable[Form], cast: Callable[[Random], Mapping[str, object]]
) -> tuple[Template, ...]:
    """One template for each wording of each form; `cast` draws the slots that all forms share."""
    return tuple(
        Template(
            type=form.type,
            name=f"{split}_{form.name}_{number}",
            split=split,
            difficulty=form.difficulty,
            draw=_drawing(form, wording, cast),
        )
        for form in forms
        for split, wordings in form.wordings.items()
        for number, wording in enumerate(wordings, start=1)
    )


def read_wordings(path: Path) -> dict[str, dict[str, list[Wording]]]:
    """The wordings of a table by form and split."""
    forms: dict[str, dict[str, list[Wording]]] = {}
    for row in read_rows(path):
        wording = Wording(_lines(row["context"]), row["question"], row.get("answer") or "{}")
        forms.setdefault(row["form"], {}).setdefault(row["split"], []).append(wording)
    return forms


def _lines(context: str) -> tuple[str, ...]:
    """The context, each part that starts with `*` on its own."""
    return tuple(MARK.split(context)) if context else ()


def _drawing(
    form: Form, wording: Wording, cast: Callable[[Random], Mapping[str, object]]
) -> Callable[[Random], Draft]:
    def draw(random: Random) -> Draft:
        case = form.draw(random)
        slots = {**cast(random), **case.slots}
        context = " ".join(_ordered(wording.lines, random))
        return Draft(
            context=_written(context, slots, twin=False),
            question=_written(wording.question, slots, twin=False),
            answer=wording.answer.format(case.answer.format(**slots)),
            distractors=tuple(wording.answer.format(w.format(**slots)) for w in case.wrong),
            twin_context=_written(context, slots, twin=True),
            twin_question=_written(wording.question, slots, twin=True),
        )

    return draw


def _ordered(lines: tuple[str, ...], random: Random) -> list[str]:
    """The lines, those marked with `*` shuffled among their places."""
    marked = [line.removeprefix("* ") for line in lines if line.startswith("* ")]
    random.shuffle(marked)
    return [marked.pop() if line.startswith("* ") else line for line in lines]


def _written(text: str, slots: Mapping[str, object], *, twin: bool) -> str:
    chosen = CHOICE.sub(lambda match: match.group(2 if twin else 1), text)
    filled = chosen.format(**slots)
    return SENTENCE_START.sub(lambda match: match.group().upper(), filled)
