"""What is asked about the facts: relations, and in `relations.tsv` their questions by split.

`{subject}` is what the fact is about, `{a}` the same with its article; other slots are a fact's
extras. Train asks plainly, calibration puts the question word late, test gives an order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchprof.generators.abilities.long_term_knowledge_recall.facts import (
    Fact,
    between_languages,
    from_english,
    next_elements,
    numbered,
    of_countries,
    plain,
    to_english,
)
from benchprof.generators.table import read_groups

QUESTIONS = read_groups(Path(__file__).with_suffix(".tsv"), "relation")


@dataclass(frozen=True)
class Relation:
    """A kind of fact at one difficulty.

    Attributes:
        facts: the facts of a split.
        invented: which pool of invented names replaces the subject in twins.
        near: whether wrong options come from the fact's own group.
    """

    type: str
    name: str
    difficulty: str
    facts: Callable[[str], list[Fact]]
    invented: str
    near: bool = False

    def wordings(self, split: str) -> tuple[str, ...]:
        """The question wordings of one split."""
        return tuple(row["question"] for row in QUESTIONS[self.name] if row["split"] == split)


def from_table(
    name: str, subject: str, value: str, extra: tuple[str, ...] = ()
) -> Callable[[str], list[Fact]]:
    return lambda split: plain(name, split, subject, value, extra)


def from_countries(subject: str, value: str, famous: bool = False) -> Callable[[str], list[Fact]]:
    return partial(of_countries, subject=subject, value=value, famous=famous)


GEOGRAPHY = (
    Relation(
        "geography", "capital", "easy", from_countries("country", "capital", famous=True), "country"
    ),
    Relation(
        "geography",
        "country_of_city",
        "easy",
        from_countries("city", "country", famous=True),
        "city",
    ),
    Relation(
        "geography",
        "country_of_capital",
        "medium",
        from_countries("capital", "country"),
        "city",
        near=True,
    ),
    Relation(
        "geography",
        "landscape",
        "medium",
        from_countries("features", "country"),
        "feature",
        near=True,
    ),
    Relation(
        "geography", "capital_by_city", "hard", from_countries("city", "capital"), "city", near=True
    ),
    Relation(
        "geography", "language_by_capital", "hard", from_countries("capital", "language"), "city"
    ),
)

SCIENCE = (
    Relation("science", "scholar", "easy", from_table("scholars", "scholar", "studies"), "scholar"),
    Relation(
        "science", "material", "easy", from_table("materials", "product", "material"), "product"
    ),
    Relation("science", "unit", "medium", from_table("units", "unit", "quantity"), "unit"),
    Relation(
        "science",
        "instrument",
        "medium",
        from_table("instruments", "instrument", "measures"),
        "instrument",
    ),
    Relation(
        "science",
        "element_by_number",
        "medium",
        from_table("elements", "number", "element"),
        "number",
        near=True,
    ),
    Relation("science", "next_element", "hard", next_elements, "element", near=True),
    Relation(
        "science",
        "number_by_symbol",
        "hard",
        partial(numbered, "elements", "symbol", "number", 3),
        "symbol",
        near=True,
    ),
)

HISTORY = (
    Relation("history", "leader", "easy", from_table("leaders", "leader", "country"), "person"),
    Relation("history", "person_of_feat", "easy", from_table("feats", "feat", "person"), "feat"),
    Relation(
        "history", "battlefield", "medium", from_table("battles", "battle", "country"), "city"
    ),
    Relation("history", "people", "medium", from_table("peoples", "people", "country"), "people"),
    Relation(
        "history", "feat_of_person", "medium", from_table("feats", "person", "feat"), "person"
    ),
    Relation(
        "history",
        "year",
        "hard",
        partial(numbered, "years", "event", "year", 8),
        "event",
        near=True,
    ),
    Relation(
        "history", "birthplace_by_feat", "hard", from_table("feats", "feat", "birthplace"), "feat"
    ),
)

LANGUAGE = (
    Relation(
        "language",
        "greeting",
        "easy",
        from_table("greetings", "phrase", "language", ("meaning",)),
        "foreign",
    ),
    Relation("language", "to_english", "easy", to_english, "foreign", near=True),
    Relation("language", "word_part", "medium", from_table("roots", "root", "meaning"), "root"),
    Relation("language", "from_english", "medium", from_english, "english", near=True),
    Relation("language", "between_languages", "hard", between_languages, "foreign", near=True),
    Relation(
        "language", "loanword", "hard", from_table("loanwords", "language", "word"), "language"
    ),
)

CULTURE = (
    Relation("culture", "author", "easy", from_table("books", "book", "author"), "book"),
    Relation(
        "culture", "landmark", "easy", from_table("landmarks", "landmark", "city"), "landmark"
    ),
    Relation("culture", "artist", "medium", from_table("arts", "work", "artist"), "work"),
    Relation("culture", "custom", "medium", from_table("customs", "custom", "country"), "custom"),
    Relation(
        "culture", "deity", "medium", from_table("gods", "god", "domain", ("tradition",)), "god"
    ),
    Relation("culture", "country_by_book", "hard", from_table("books", "book", "country"), "book"),
    Relation("culture", "country_by_work", "hard", from_table("arts", "work", "country"), "work"),
)

RELATIONS = (*GEOGRAPHY, *SCIENCE, *HISTORY, *LANGUAGE, *CULTURE)
