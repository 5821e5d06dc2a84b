"""Percentages: a share of a number, rises and discounts, chained changes, changes undone."""

from __future__ import annotations

from math import gcd
from pathlib import Path
from random import Random

from benchprof.generators.abilities.quantitative_reasoning.numbers import (
    Sum,
    case_of,
    multiples,
    whole,
)
from benchprof.generators.templates.wording import Form, read_wordings

STEPS = ((5, 20), (10, 25), (5, 15))


def tenth_or_half(random: Random) -> Sum:
    percent = random.choice((10, 50))
    # With halves from 16 on, no option up to 30 is more than the whole.
    least = 3 if percent == 10 else 16
    answer = random.randint(least, 30)
    gaps = (random.randint(2, 5), random.randint(7, 14))
    return Sum({"p": percent, "n": answer * 100 // percent}, answer, gaps, least, 30)


def rest(random: Random) -> Sum:
    percent = 10 * random.randint(1, 9)
    # Half leaves half, which then stands in the text; so half must not be a wrong option either.
    return Sum(
        {"p": percent, "half": 50},
        100 - percent,
        random.choice(((10, 30), (20, 30), (10, 20))),
        10,
        90,
    )


def share_of(random: Random) -> Sum:
    unit, answer = random.choice((2, 3, 4, 5, 6)), random.randint(2, 18)
    numbers = {"a": unit * answer, "n": unit * 20}
    return Sum(numbers, answer * 5, random.choice(STEPS), 10, 90)


def discount(random: Random) -> Sum:
    steps, unit = random.randint(2, 12), random.randint(2, 20)
    numbers = {"p": 5 * steps, "n": 20 * unit}
    return Sum(numbers, unit * (20 - steps), multiples(unit, random), 8 * unit, 18 * unit)


def rise(random: Random) -> Sum:
    steps, unit = random.randint(2, 12), random.randint(2, 20)
    numbers = {"p": 5 * steps, "n": 20 * unit}
    return Sum(numbers, unit * (20 + steps), multiples(unit, random), 22 * unit, 32 * unit)


def grown_by(random: Random) -> Sum:
    """By what percentage a number has changed, up or down according to the wording."""
    unit, steps = random.choice((2, 3, 4, 6, 7, 8)), random.randint(2, 14)
    numbers = {"a": 20 * unit, "b": unit * (20 + steps), "c": unit * (20 - steps)}
    return Sum(numbers, steps * 5, random.choice(STEPS), 10, 70)


@whole
def two_changes(random: Random) -> Sum | None:
    start, down, up = 20 * random.randint(3, 40), random.randint(2, 12), random.randint(1, 8)
    left = start * (20 - down) // 20
    if left % 20 or down == up:
        return None
    unit = left // 20
    numbers = {"n": start, "u": 5 * up, "d": 5 * down}
    return Sum(numbers, unit * (20 + up), multiples(unit, random), 21 * unit, 28 * unit)


@whole
def undone(random: Random) -> Sum | None:
    percent = random.choice((10, 15, 20, 25, 30, 40))
    # Only multiples of `grain` can be answers, so the wrong options are multiples of it as well.
    grain = 100 // gcd(percent, 100)
    answer = grain * random.randint(60 // grain, 480 // grain)
    after = answer * (100 - percent) // 100
    # Taking the percentage of the reduced price is the usual mistake.
    mistake = answer - after * (100 + percent) // 100
    first = max(1, round(mistake / grain)) * grain
    second = first + 2 * grain
    # Before the discount nothing cost less than after it, so no option may say so.
    if answer - first - second <= after:
        return None
    return Sum({"p": percent, "m": after}, answer, (first, second))


@whole
def rest_of_rest(random: Random) -> Sum | None:
    start, first, then = 20 * random.randint(3, 40), *random.sample(range(2, 13), 2)
    left = start * (20 - first) // 20
    if left % 20:
        return None
    unit = left // 20
    numbers = {"n": start, "f": 5 * first, "g": 5 * then}
    return Sum(numbers, unit * (20 - then), multiples(unit, random), 8 * unit, 18 * unit)


WORDINGS = read_wordings(Path(__file__).with_suffix(".tsv"))
FORMS = tuple(
    Form("percentage", name, difficulty, case_of(draw), WORDINGS[name])
    for difficulty, name, draw in (
        ("easy", "part", tenth_or_half),
        ("easy", "rest", rest),
        ("medium", "share_of", share_of),
        ("medium", "discount", discount),
        ("medium", "rise", rise),
        ("medium", "grown_by", grown_by),
        ("hard", "two_changes", two_changes),
        ("hard", "undone", undone),
        ("hard", "rest_of_rest", rest_of_rest),
    )
)
