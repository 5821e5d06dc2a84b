"""Naming or finding a relation: pairs from the tables of all relations."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchprof.generators.abilities.semantic_relationship_comprehension.fill import Draw, Fill
from benchprof.generators.abilities.semantic_relationship_comprehension.kinds import (
    category_tables,
    draw_categories,
)
from benchprof.generators.abilities.semantic_relationship_comprehension.parts import draw_wholes
from benchprof.generators.abilities.semantic_relationship_comprehension.scales import (
    draw_scales,
    related,
)
from benchprof.generators.abilities.semantic_relationship_comprehension.words import (
    NEARLY_PARTS,
    PARTS,
    Category,
)
from benchprof.generators.templates.phrasing import Phrasing
from benchprof.generators.templates.shares import entries_of


def _mere_kinds(split: str) -> list[Category]:
    """The categories that cannot be taken for a part or a whole of their members."""
    every = [category for table in category_tables(split) for category in table]
    return [category for category in every if category.name not in NEARLY_PARTS]


def _pairs(split: str, random: Random) -> list[tuple[str, str]]:
    """A pair for each relation: part and whole, member and kind, synonyms, opposites."""
    whole = random.choice(entries_of(split, PARTS))
    category = random.choice(_mere_kinds(split))
    one, other = draw_scales(split, random, 2)
    return [
        (random.choice(whole.parts), whole.name),
        (random.choice(category.members), category.name),
        related(one, True, random),
        related(other, False, random),
    ]


def _draw_label(phrasing: Phrasing, random: Random) -> Fill:
    pairs = _pairs(phrasing.split, random)
    right = random.randrange(4)
    first, second = pairs[right]
    # A noun of another table has none of the four relations to the first word.
    unrelated = pairs[1 if right == 0 else 0][1]
    return Fill(
        {"x": first, "y": second},
        {"y": unrelated},
        phrasing.terms[right],
        tuple(term for index, term in enumerate(phrasing.terms) if index != right),
    )


def _draw_relation_pair(phrasing: Phrasing, random: Random) -> Fill:
    return _pair_fill(phrasing, random, _pairs(phrasing.split, random), "{} and {}")


def _draw_directed(phrasing: Phrasing, random: Random) -> Fill:
    """Part and whole, whole and part, member and kind, kind and member."""
    one, other = draw_wholes(phrasing.split, random, 2)
    kind, genus = draw_categories(_mere_kinds(phrasing.split), random, 2)
    pairs = [
        (random.choice(one.parts), one.name),
        (other.name, random.choice(other.parts)),
        (random.choice(kind.members), kind.name),
        (genus.name, random.choice(genus.members)),
    ]
    return _pair_fill(phrasing, random, pairs, "{}, {}")


def _pair_fill(
    phrasing: Phrasing, random: Random, pairs: Sequence[tuple[str, str]], form: str
) -> Fill:
    right = random.randrange(4)
    options = [form.format(*pair) for pair in pairs]
    return Fill(
        {"relation": phrasing.terms[right]},
        {"relation": phrasing.terms[4]},
        options[right],
        tuple(option for index, option in enumerate(options) if index != right),
    )


MODES: dict[str, Draw] = {
    "label": _draw_label,
    "pair": _draw_relation_pair,
    "directed": _draw_directed,
}
"""What draws, by the mode of a phrasing."""
