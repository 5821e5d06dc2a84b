"""Synonyms and antonyms: draws from the scales, whose ends are opposites."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random

from benchprof.generators.abilities.semantic_relationship_comprehension.fill import (
    HANDS,
    Draw,
    Fill,
    two,
)
from benchprof.generators.abilities.semantic_relationship_comprehension.words import SCALES, Scale
from benchprof.generators.templates.phrasing import Phrasing
from benchprof.generators.templates.shares import entries_of

COMMON = 2
"""Easy items use this many words of an end, the commonest, which stand first."""


def _scales(split: str, random: Random) -> tuple[Scale, ...]:
    """The scales of one part of speech, drawn by the number of its scales."""
    tables = [entries_of(split, table) for table in SCALES.values()]
    return random.choices(tables, weights=[len(table) for table in tables])[0]


def _apart(scales: Sequence[Scale], *taken: Scale) -> list[Scale]:
    fields = frozenset[str]().union(*(scale.fields for scale in taken))
    return [scale for scale in scales if not scale.fields & fields]


def draw_scales(split: str, random: Random, count: int) -> list[Scale]:
    """A scale and `count - 1` others, each too far from the rest for a second right answer."""
    while True:
        table = _scales(split, random)
        drawn = [random.choice(table)]
        while len(drawn) < count and (rest := _apart(table, *drawn)):
            drawn.append(random.choice(rest))
        if len(drawn) == count:
            return drawn


def related(scale: Scale, same: bool, random: Random) -> tuple[str, str]:
    """Two common words of a scale: of one end where `same`, else of both."""
    ends = [end[:COMMON] for end in scale.ends]
    random.shuffle(ends)
    if same:
        return two(ends[0], random)
    return random.choice(ends[0]), random.choice(ends[1])


def _draw_word(phrasing: Phrasing, random: Random, same: bool) -> Fill:
    """One related word and three words of other scales."""
    scale, one, other = draw_scales(phrasing.split, random, 3)
    word, answer = related(scale, same, random)
    pool = [end[:COMMON] for rival in (one, other) for end in rival.ends]
    distractors = tuple(random.choice(end) for end in random.sample(pool, 3))
    unrelated = _stranger(phrasing.split, random, scale, one, other)
    return Fill({"word": word}, {"word": unrelated}, answer, distractors)


def _stranger(split: str, random: Random, *shown: Scale) -> str:
    """A word that has nothing to do with the shown scales, if possible of their word class."""
    table = next(t for t in SCALES.values() if shown[0] in t)
    rest = _apart(entries_of(split, table), *shown)
    if not rest:
        rest = [
            scale
            for other in SCALES.values()
            if other is not table
            for scale in entries_of(split, other)
        ]
    return random.choice(random.choice(random.choice(rest).ends))


def _draw_ends(phrasing: Phrasing, random: Random, same: bool) -> Fill:
    """The options are a word of each end of two scales, so the trap is the other relation."""
    scale, other = draw_scales(phrasing.split, random, 2)
    near, far = random.sample(scale.ends, 2)
    word, synonym = two(near, random)
    answer, trap = random.sample((synonym, random.choice(far)), 2)
    if (answer == synonym) != same:
        answer, trap = trap, answer
    rivals = tuple(random.choice(end) for end in other.ends)
    unrelated = _stranger(phrasing.split, random, scale, other)
    return Fill({"word": word}, {"word": unrelated}, answer, (trap, *rivals))


def _draw_cards(phrasing: Phrasing, random: Random, same: bool) -> Fill:
    """The four options of `_draw_ends`, each in somebody's hand; the answer is a name."""
    fill = _draw_ends(phrasing, random, same)
    answer, *others = random.sample(HANDS, len(HANDS))
    cards = dict(zip((answer, *others), (fill.answer, *fill.distractors), strict=True))
    slots = {f"w{hand[1]}": word for hand, word in cards.items()} | {"w0": fill.slots["word"]}
    return Fill(slots, {"w0": fill.twin["word"]}, answer, tuple(others))


def _draw_chain(phrasing: Phrasing, random: Random, same: bool) -> Fill:
    """Three steps, each to a synonym or an opposite; two opposites cancel out."""
    fill = _draw_ends(phrasing, random, same)
    # Two steps to an opposite lead back; one or three lead to the other end.
    opposites = 2 if same else random.choice((1, 3))
    steps = random.sample([1] * opposites + [0] * (3 - opposites), 3)
    slots = {f"r{index}": phrasing.terms[step] for index, step in enumerate(steps, start=1)}
    return Fill(fill.slots | slots, fill.twin, fill.answer, fill.distractors)


def modes(same: bool) -> dict[str, Draw]:
    """What draws, by the mode of a phrasing: of synonyms where `same`, else of antonyms."""
    return {
        "word": partial(_draw_word, same=same),
        "ends": partial(_draw_ends, same=same),
        "cards": partial(_draw_cards, same=same),
        "chain": partial(_draw_chain, same=same),
    }
