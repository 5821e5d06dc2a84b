"""The scenes that invented facts are set in: sentences and questions, each in one split.

`tables/scenes.tsv` has a row for each scene, the other tables the sentences and questions of it.
A role is a slot such as `{person}`; a scene fills it from the pool of that name. Options read as
`OPTIONS` says, else as the bare name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchprof.generators.table import entries, parts, read_entries, read_groups, read_rows

TABLES = Path(__file__).parent / "tables"

OPTIONS = dict.fromkeys(
    (
        "job", "object", "animal", "instrument", "spot", "room", "building", "ship", "creature",
        "nook", "river",
    ),
    "the {}",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A question that gives one role's name and asks for another's; `option` may differ.

    Its words are not those of the sentences that answer it, apart from the given name.
    """

    given: str
    asked: str
    text: str
    option: str = ""


@dataclass(frozen=True)
class Short:
    """A sentence of two roles and its question, in the same words; `option` may differ."""

    given: str
    asked: str
    sentence: str
    question: str
    option: str = ""


@dataclass(frozen=True)
class Records:
    """Facts that each join three roles.

    Attributes:
        short: for easy items, each tells two of the roles.
        full: sentences that tell all three, used in turn.
        asides: other things that join one record's name and another's; one for each pair of roles
            that a question joins.
        listed: tells four records at once, role by role; slots end in 1 to 4.
    """

    name: str
    split: str
    roles: tuple[str, str, str]
    lead: str
    short: tuple[Short, ...]
    full: tuple[str, ...]
    asides: tuple[str, ...]
    listed: str
    questions: tuple[Question, ...]

    def aside(self, question: Question) -> str:
        """The aside that joins the same two roles as the question."""
        roles = (question.given, question.asked)
        return next(a for a in self.asides if all(f"{{{role}}}" in a for role in roles))


@dataclass(frozen=True)
class Grid:
    """Facts with two keys: three rows by four columns, told row by row.

    Slots: `{row}`, `{a}` to `{d}` for the columns, `{p}` to `{s}` for the row's values.
    """

    name: str
    split: str
    row: str
    column: str
    value: str
    sentence: str
    question: str


def _records() -> Iterator[Records]:
    short = read_entries(TABLES / "short.tsv", "scene", Short)
    questions = read_entries(TABLES / "questions.tsv", "scene", Question)
    sentences = read_groups(TABLES / "sentences.tsv", "scene")
    for row in read_rows(TABLES / "scenes.tsv"):
        name = row["name"]
        first, second, third = parts(row["roles"])
        told = {
            use: tuple(each["sentence"] for each in sentences[name] if each["use"] == use)
            for use in ("full", "aside")
        }
        yield Records(
            name=name,
            split=row["split"],
            roles=(first, second, third),
            lead=row["lead"],
            short=short[name],
            full=told["full"],
            asides=told["aside"],
            listed=row["listed"],
            questions=questions[name],
        )


RECORDS: tuple[Records, ...] = tuple(_records())

GRIDS: tuple[Grid, ...] = entries(read_rows(TABLES / "grids.tsv"), Grid)
