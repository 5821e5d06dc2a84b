"""Word problems: adding, taking away, groups and shares, in one to three steps."""

from __future__ import annotations

from pathlib import Path
from random import Random

from benchprof.generators.abilities.quantitative_reasoning.numbers import (
    TEN_GAPS,
    Sum,
    case_of,
    multiples,
    whole,
)
from benchprof.generators.templates.wording import Form, read_wordings


def one_more(random: Random) -> Sum:
    a = random.randint(6, 40)
    return Sum({"a": a}, a + 1, (random.randint(3, 6), random.randint(8, 15)), 7, 41)


def one_less(random: Random) -> Sum:
    a = random.randint(6, 40)
    return Sum({"a": a}, a - 1, (random.randint(3, 6), random.randint(8, 15)), 5, 39)


def tens(random: Random) -> Sum:
    a = random.randint(2, 9)
    return Sum({"a": a, "b": 10}, a * 10, random.choice(TEN_GAPS), 20, 90)


def add(random: Random) -> Sum:
    a, b = random.sample(range(12, 60), 2)
    return Sum({"a": a, "b": b}, a + b, (random.choice((1, 2, 3)), 10))


def take(random: Random) -> Sum:
    a, b = random.randint(41, 95), random.randint(12, 29)
    return Sum({"a": a, "b": b}, a - b, (random.choice((1, 2, 3)), 10), high=a - 1)


def times(random: Random) -> Sum:
    a, b = random.sample(range(3, 13), 2)
    return Sum({"a": a, "b": b}, a * b, multiples(b, random), 3 * b, 12 * b)


def share(random: Random) -> Sum:
    each, groups = random.randint(6, 24), random.randint(3, 9)
    gaps = (random.randint(1, 2), random.randint(4, 6))
    return Sum({"a": each * groups, "b": groups}, each, gaps, 6, 24)


def change(random: Random) -> Sum:
    a, b, c = random.randint(25, 95), random.randint(12, 60), random.randint(11, 24)
    return Sum({"a": a, "b": b, "c": c}, a + b - c, (c, random.choice((1, 2, 10))))


def groups_and_more(random: Random) -> Sum:
    a, b, c = random.randint(4, 9), random.randint(6, 15), random.randint(7, 24)
    return Sum({"a": a, "b": b, "c": c}, a * b + c, (random.choice((b, c)), random.randint(1, 5)))


def groups_less(random: Random) -> Sum:
    a, b, c = random.randint(4, 9), random.randint(8, 15), random.randint(5, 19)
    return Sum({"a": a, "b": b, "c": c}, a * b - c, (random.choice((b, c)), random.randint(1, 4)))


@whole
def pool(random: Random) -> Sum | None:
    a, b, c = random.randint(20, 90), random.randint(15, 70), random.randint(3, 8)
    if (a + b) % c:
        return None
    return Sum({"a": a, "b": b, "c": c}, (a + b) // c, (random.randint(1, 2), random.randint(3, 6)))


def two_kinds(random: Random) -> Sum:
    a, b, c, d = *random.sample(range(4, 10), 2), *random.sample(range(12, 29), 2)
    e = random.randint(15, 39)
    answer = a * c + b * d - e
    gaps = (random.choice((e, c, d, 10)), random.choice((1, 2, 5, 20)))
    return Sum({"a": a, "b": b, "c": c, "d": d, "e": e}, answer, gaps)


def budget(random: Random) -> Sum:
    a, b, c, d = *random.sample(range(3, 9), 2), *random.sample(range(11, 26), 2)
    start = random.randint(30, 50) * 10
    gaps = (random.choice((c, d, 10)), random.choice((1, 2, 5, 20)))
    return Sum({"s": start, "a": a, "b": b, "c": c, "d": d}, start - a * c - b * d, gaps)


@whole
def repack(random: Random) -> Sum | None:
    a, b, c, d = (random.randint(*ends) for ends in ((6, 14), (11, 24), (10, 40), (3, 9)))
    if (a * b - c) % d:
        return None
    gaps = (random.randint(1, 2), random.randint(3, 5))
    return Sum({"a": a, "b": b, "c": c, "d": d}, (a * b - c) // d, gaps)


WORDINGS = read_wordings(Path(__file__).with_suffix(".tsv"))
FORMS = tuple(
    Form("word_problem", name, difficulty, case_of(draw), WORDINGS[name])
    for difficulty, name, draw in (
        ("easy", "one_more", one_more),
        ("easy", "tens", tens),
        ("easy", "one_less", one_less),
        ("medium", "add", add),
        ("medium", "take", take),
        ("medium", "times", times),
        ("medium", "share", share),
        ("medium", "change", change),
        ("medium", "groups_and_more", groups_and_more),
        ("medium", "groups_less", groups_less),
        ("medium", "pool", pool),
        ("hard", "two_kinds", two_kinds),
        ("hard", "budget", budget),
        ("hard", "repack", repack),
    )
)
