"""Word tables written by us from everyday English: synonyms, opposites, kinds and parts.

Every table is divided between the splits by `entries_of`: an entry belongs to one split, and no
word of `SCALES`, category of `CATEGORIES` or whole of `PARTS` stands in two entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof.generators.table import entries, parts, read_entries, read_rows, yes

TABLES = Path(__file__).parent / "tables"

# Nouns that take no article: plurals and substances.
BARE = frozenset(
    ("scissors", "tweezers", "scales", "sandpaper", "glue", "binoculars", "wax", "peel")
)
# The first letter misleads about the sound.
A_BEFORE_VOWEL_LETTER = ("uni", "euro", "one")
AN_BEFORE_CONSONANT_LETTER = ("hour", "honest", "heir")


def with_article(noun: str) -> str:
    """The noun with "a" or "an", or bare where it takes neither."""
    if noun in BARE or noun[0].isupper():
        return noun
    vowel = noun[0] in "aeiou" and not noun.startswith(A_BEFORE_VOWEL_LETTER)
    return ("an " if vowel or noun.startswith(AN_BEFORE_CONSONANT_LETTER) else "a ") + noun


@dataclass(frozen=True)
class Scale:
    """Two opposite ends; the words of one end mean nearly the same.

    Scales that share a field are too close in meaning to give each other wrong answers.
    """

    fields: frozenset[str]
    ends: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Category:
    """A kind of thing with members of the kind; `counted` members take an article.

    A name in `overlaps` is a category that some member may also belong to.
    """

    name: str
    counted: bool
    members: tuple[str, ...]
    overlaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    """A thing with parts of it. Wholes that share a field may share parts."""

    fields: frozenset[str]
    name: str
    parts: tuple[str, ...]


def _scale(fields: str, one: str, other: str) -> Scale:
    return Scale(frozenset(parts(fields)), (parts(one), parts(other)))


# Scales of one part of speech give each other wrong answers, so each is a group.
SCALES: dict[str, tuple[Scale, ...]] = read_entries(TABLES / "scales.tsv", "part_of_speech", _scale)

# Some parts of these contain others of theirs, as an act contains scenes.
NESTED = frozenset(
    (
        "aeroplane", "army", "atom", "book", "hospital", "newspaper", "play", "poem", "sentence",
        "tree", "year",
    )
)  # fmt: skip

# Kinds that could be taken for a part of their members (a bench has a seat, a rose plant a flower)
# or for a whole of them (biology is a part of science); they never stand beside part and whole.
NEARLY_PARTS = frozenset(("flower", "fruit", "grain", "nut", "science", "seat"))

# Neighbouring categories lie close to each other, so each group gives its own wrong answers.
CATEGORIES: dict[str, tuple[Category, ...]] = read_entries(
    TABLES / "categories.tsv",
    "group",
    Category,
    counted=yes,
    members=parts,
    overlaps=parts,
)

PARTS: tuple[Whole, ...] = entries(
    read_rows(TABLES / "wholes.tsv"), Whole, fields=lambda cell: frozenset(parts(cell)), parts=parts
)
