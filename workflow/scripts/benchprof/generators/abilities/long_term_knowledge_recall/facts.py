"""The tables of facts: one file per table, one row per subject, each row in one split.

Facts that go together stand in one row (a country with its capital, language and landscapes; a
book with its author and the author's country), so that none is needed in two splits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, permutations
from pathlib import Path

from benchprof.generators.table import Row, read_rows

TABLES = Path(__file__).parent / "tables"
LANGUAGES = ("spanish", "french", "german", "italian")


@dataclass(frozen=True)
class Fact:
    """What a question tells (`subject` and `extra`) and what it asks for (`value`).

    `group` holds what belongs close together, such as the countries of one region. Where `wrong`
    is empty, other facts' values serve as wrong options.
    """

    subject: str
    value: str
    group: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


@cache
def table(name: str) -> tuple[Row, ...]:
    return read_rows(TABLES / f"{name}.tsv")


def rows(name: str, split: str) -> list[Row]:
    return [row for row in table(name) if row["split"] == split]


def plain(name: str, split: str, subject: str, value: str, extra: Sequence[str] = ()) -> list[Fact]:
    """One fact per row that has both columns filled."""
    return [
        Fact(row[subject], row[value], "", {column: row[column] for column in extra})
        for row in rows(name, split)
        if row[subject] and row[value]
    ]


def numbered(name: str, subject: str, value: str, gap: int, split: str) -> list[Fact]:
    """Facts whose value is a number; the wrong ones lie close by, at most `gap` from each other."""
    facts = []
    for place, row in enumerate(rows(name, split)):
        right = int(row[value])
        gaps = [1 + (right * 7 + place * 3 + n * 5) % gap for n in range(3)]
        numbers = list(accumulate(gaps, initial=0))
        # Each place of the right number among the four is as frequent as the others.
        fitting = [number for number in numbers if number < right]
        own = fitting[place % len(fitting)]
        wrong = tuple(str(right - own + number) for number in numbers if number != own)
        facts.append(Fact(row[subject], row[value], wrong=wrong))
    return facts


def of_countries(split: str, subject: str, value: str, famous: bool = False) -> list[Fact]:
    """Facts about countries, grouped by region; a column of several things gives several facts."""
    return [
        Fact(thing, row[value], row["region"])
        for row in rows("countries", split)
        if row[value] and (row["famous"] == "1" or not famous)
        for thing in row[subject].split(";")
        if thing
    ]


def next_elements(split: str) -> list[Fact]:
    """Pairs of neighbours in the periodic table of which both are in the split."""
    names = {int(row["number"]): row["element"] for row in rows("elements", split)}
    return [Fact(names[n], names[n + 1]) for n in names if n + 1 in names]


def to_english(split: str) -> list[Fact]:
    return [
        Fact(row[language], row["english"], language, {"language": language.capitalize()})
        for language in LANGUAGES
        for row in rows("words", split)
    ]


def from_english(split: str) -> list[Fact]:
    return [
        Fact(row["english"], row[language], language, {"language": language.capitalize()})
        for language in LANGUAGES
        for row in rows("words", split)
    ]


def between_languages(split: str) -> list[Fact]:
    """Words of two foreign languages; Romance pairs are left out, as their words look alike."""
    pairs = [pair for pair in permutations(LANGUAGES, 2) if "german" in pair]
    return [
        Fact(
            row[source],
            row[target],
            f"{source} {target}",
            {"source": source.capitalize(), "language": target.capitalize()},
        )
        for source, target in pairs
        for row in rows("words", split)
    ]


def mixed(facts: Sequence[Fact]) -> list[Fact]:
    """The facts in an order that spreads each group evenly, so that neighbours differ in group."""
    sizes = Counter(fact.group for fact in facts)
    seen: Counter[str] = Counter()
    places = []
    for fact in facts:
        places.append((seen[fact.group] + 0.5) / sizes[fact.group])
        seen[fact.group] += 1
    return [facts[n] for n in sorted(range(len(facts)), key=lambda n: (places[n], n))]


# All differences of these offsets differ, so that two facts rarely share more than one option.
OFFSETS = (0, 2, 3, 7)
# The right value's offset by its fact's number modulo 4: no two facts then get the same options,
# and in sorted facts the right value is as often the least as the greatest.
OWN_OFFSETS = (0, 3, 7, 2)


def wrong_values(facts: Sequence[Fact], number: int, near: bool) -> tuple[str, ...]:
    """Three wrong values, so chosen that each value is wrong three times as often as right.

    With `near` they come from the fact's own group, else from other groups where there are any.
    """
    fact = facts[number]
    if fact.wrong:
        return fact.wrong
    ring = [other for other in facts if other.group == fact.group] if near else list(facts)
    if len({other.value for other in ring}) < len(OFFSETS):  # too small a region
        ring = list(facts)
    place = ring.index(fact)
    # No option repeats the question's own subject, as an element in a question for the next one.
    known = {fact.subject, *(other.value for other in facts if other.subject == fact.subject)}
    start = place - OWN_OFFSETS[place % 4]
    found: list[str] = []
    for offset in OFFSETS:
        if offset == OWN_OFFSETS[place % 4]:
            continue
        for step in range(len(ring)):
            other = ring[(start + offset + step) % len(ring)]
            far = near or not fact.group or other.group != fact.group
            if far and other.value not in known:
                found.append(other.value)
                known.add(other.value)
                break
    return tuple(found)
