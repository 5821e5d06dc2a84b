"""Tables written by us from everyday English: what things are related to, and by which relation.

A `Frame` is a head word with one word for each of several relations ("baker" with its tool, place
of work, material and product). A pair of words from one frame shows a relation; another frame of
the same table has the same relation, and its other words are wrong answers that are just as
closely related to its head. `entries_of` (`templates/shares.py`) divides every table between the
splits.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof.generators.table import read_rows

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class Frame:
    """A head word and, by relation, the word that has the relation to it."""

    head: str
    words: dict[str, str]


def _frames(name: str) -> tuple[Frame, ...]:
    return tuple(_frame(**row) for row in read_rows(TABLES / f"{name}.tsv"))


def _frame(head: str, **words: str) -> Frame:
    return Frame(head, {relation: word for relation, word in words.items() if word})


# Things and living beings: the relation is one of meaning.
MEANINGS: dict[str, tuple[Frame, ...]] = {
    name: _frames(name) for name in ("animals", "crafts", "things", "sports", "nature")
}

# Relations of different tables that come to the same; a pair must not be matched by both.
KIN = {
    "home": "place",
    "venue": "place",
    "user": "person",
    "player": "person",
    "doer": "person",
    "gives": "product",
    "stuff": "material",
    "gear": "tool",
    "move": "deed",
    "quality": "deed",
}

# What is said of the head can be said of these (a cub has fur as a fox has, a leaf is in the wood
# as a maple is), and two of them name what the head names.
STAND_INS = frozenset(("young", "male", "female", "kind", "part"))
NAMESAKES = frozenset(("female", "kind"))

# Forms and degrees of a word: the relation is one of form and meaning.
FORMS: dict[str, tuple[Frame, ...]] = {name: _frames(name) for name in ("adjectives", "verbs")}
