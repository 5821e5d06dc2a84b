"""The wordings, in `phrasings.tsv`: a row has its type, split, difficulty and way of drawing.

Slots: `{n0}` to `{n4}` are names; the others are filled by the way of drawing (`mode`), which
`generator.py` defines. `terms` are wordings that the mode chooses between.

Of `relation` the terms name, in this order: part, kind, same meaning, opposite meaning; for
questions also a relation that no pair has, for the twin. In the directed mode they name: part
first, whole first, kind first, category first.

Events of `semantic_role` are numbered; `{v1}` and `{p1}` are the first one's verb and participle,
`{o1}` what follows the second person. The terms are the twin's text and, for each event, the
person who does it and the person to whom it is done.
"""

from __future__ import annotations

from pathlib import Path

from benchprof.generators.table import read_entries
from benchprof.generators.templates.phrasing import Phrasing


def _phrasing(
    split: str, level: str, mode: str, context: str, question: str, **terms: str
) -> Phrasing:
    given = tuple(term for term in terms.values() if term)
    return Phrasing(split, level, mode, context, question, given)


PHRASINGS: dict[str, tuple[Phrasing, ...]] = read_entries(
    Path(__file__).with_suffix(".tsv"), "type", _phrasing
)
