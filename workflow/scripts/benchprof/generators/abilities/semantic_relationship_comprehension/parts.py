"""Parts and wholes: draws from the things with parts."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchprof.generators.abilities.semantic_relationship_comprehension.fill import (
    HANDS,
    Draw,
    Fill,
    Slots,
    draw_apart,
    two,
)
from benchprof.generators.abilities.semantic_relationship_comprehension.words import (
    NESTED,
    PARTS,
    Whole,
    with_article,
)
from benchprof.generators.templates.phrasing import Phrasing
from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.shares import entries_of


def draw_wholes(split: str, random: Random, count: int) -> list[Whole]:
    """Wholes that share no field, so that none has another's parts."""
    table = entries_of(split, PARTS)
    return draw_apart(table, random, count, lambda a, b: bool(a.fields & b.fields))


def _part(whole: Whole, random: Random) -> str:
    return with_article(random.choice(whole.parts))


def _part_slots(whole: Whole, random: Random) -> Slots:
    part = _part(whole, random)
    return {"part": part, "part_start": capital(part), "whole": with_article(whole.name)}


def _draw_whole(phrasing: Phrasing, random: Random) -> Fill:
    right, *wrong, stranger = draw_wholes(phrasing.split, random, 5)
    return Fill(
        _part_slots(right, random),
        _part_slots(stranger, random),
        with_article(right.name),
        tuple(with_article(whole.name) for whole in wrong),
    )


def _draw_part(phrasing: Phrasing, random: Random) -> Fill:
    right, *wrong, stranger = draw_wholes(phrasing.split, random, 5)
    return Fill(
        _part_slots(right, random),
        _part_slots(stranger, random),
        _part(right, random),
        tuple(_part(whole, random) for whole in wrong),
    )


def _draw_pair(phrasing: Phrasing, random: Random) -> Fill:
    """One pair of part and whole beside two parts of one thing and two mismatched pairs."""
    while True:
        right, siblings, one, other, spare = draw_wholes(phrasing.split, random, 5)
        if siblings.name not in NESTED:
            break
    pairs = [
        (random.choice(right.parts), right.name),
        two(siblings.parts, random),
        (random.choice(one.parts), other.name),
        (random.choice(other.parts), spare.name),
    ]
    answer, *rest = random.sample(HANDS, len(HANDS))
    texts = [_shuffled_pair(pair, random) for pair in pairs]
    slots = dict(zip((f"p{hand[1]}" for hand in (answer, *rest)), texts, strict=True))
    mismatch = _shuffled_pair((random.choice(right.parts), one.name), random)
    return Fill(slots, {f"p{answer[1]}": mismatch}, answer, tuple(rest))


def _shuffled_pair(pair: tuple[str, str], random: Random) -> str:
    first, second = random.sample(pair, 2)
    return f"'{first}' and '{second}'"


def _draw_parts(phrasing: Phrasing, random: Random) -> Fill:
    """Four things with two parts each, one part out of place; in the twin none is."""
    wholes = draw_wholes(phrasing.split, random, 5)
    stranger = wholes.pop()
    answer, *rest = random.sample(HANDS, len(HANDS))
    slots, twin = {}, {}
    for hand, whole in zip((answer, *rest), wholes, strict=True):
        parts = random.sample(whole.parts, 2)
        slots[f"l{hand[1]}"] = _labelled(whole, parts)
        if hand == answer:
            twin = dict(slots)
            parts[random.randrange(2)] = random.choice(stranger.parts)
            slots[f"l{hand[1]}"] = _labelled(whole, parts)
    return Fill(slots, twin, answer, tuple(rest))


def _labelled(whole: Whole, parts: Sequence[str]) -> str:
    return f"{parts[0]} and {parts[1]} for {with_article(whole.name)}"


MODES: dict[str, Draw] = {
    "whole": _draw_whole,
    "part": _draw_part,
    "pair": _draw_pair,
    "parts": _draw_parts,
}
"""What draws, by the mode of a phrasing."""
