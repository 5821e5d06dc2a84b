"""Rates: amounts per time, speeds and prices per unit, alone, rescaled and combined."""

from __future__ import annotations

from math import gcd
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


def for_ten(random: Random) -> Sum:
    a = random.randint(2, 9)
    return Sum({"a": a, "b": 10}, a * 10, random.choice(TEN_GAPS), 20, 90)


def at_rate(random: Random) -> Sum:
    a, b = random.sample(range(3, 15), 2)
    return Sum({"a": a, "b": b}, a * b, multiples(a, random), 3 * a, 14 * a)


def rate_of(random: Random) -> Sum:
    rate, time = random.randint(6, 24), random.randint(3, 9)
    gaps = (random.randint(1, 2), random.randint(4, 6))
    return Sum({"a": rate * time, "b": time}, rate, gaps, 6, 24)


def scaled(random: Random) -> Sum:
    rate, b, c = random.randint(4, 16), *random.sample(range(2, 12), 2)
    numbers = {"a": rate * b, "b": b, "c": c}
    return Sum(numbers, rate * c, multiples(rate, random), 2 * rate, 11 * rate)


def time_for(random: Random) -> Sum:
    rate, b, c = random.randint(4, 16), *random.sample(range(3, 16), 2)
    gaps = (random.randint(1, 2), random.randint(3, 5))
    return Sum({"a": rate * b, "b": b, "c": rate * c}, c, gaps, 3, 15)


def two_legs(random: Random) -> Sum:
    a, b, c, d = *random.sample(range(2, 7), 2), *random.sample(range(8, 25), 2)
    gaps = (random.choice((c, d)), random.choice((1, 2, 10)))
    return Sum({"a": a, "b": b, "c": c, "d": d}, a * c + b * d, gaps)


def together(random: Random) -> Sum:
    a, b = random.sample(range(3, 20), 2)
    hours, other = random.randint(4, 12), random.randint(3, 9)
    start = random.randint(11, 60)
    numbers = {"a": a * other, "b": b * other, "t": other, "s": start, "n": (a + b) * hours + start}
    return Sum(numbers, hours, (random.randint(1, 2), random.randint(3, 5)), 4, 12)


def net_flow(random: Random) -> Sum:
    out = random.randint(3, 9)
    more, time, start = random.randint(3, 9), random.randint(6, 24), random.randint(20, 90)
    numbers = {"i": out + more, "o": out, "s": start, "n": start + more * time}
    return Sum(numbers, time, (random.randint(1, 2), random.randint(3, 5)), 6, 24)


@whole
def catch_up(random: Random) -> Sum | None:
    slow, more, lead = random.randint(10, 60), random.randint(5, 30), random.randint(2, 3)
    if slow * lead * 60 % (5 * more):
        return None
    answer = slow * lead * 60 // more
    numbers = {"v": slow, "w": slow + more, "h": lead}
    return Sum(numbers, answer, multiples(gcd(answer, 60), random))


@whole
def mean_speed(random: Random) -> Sum | None:
    a, b = random.sample(range(2, 7), 2)
    v, w = random.sample(range(8, 30), 2)
    rest = random.randint(2, 3)
    if (a * v + b * w) % (a + b + rest):
        return None
    numbers = {"a": a, "b": b, "v": v, "w": w, "r": rest}
    answer = (a * v + b * w) // (a + b + rest)
    return Sum(numbers, answer, (random.randint(1, 2), random.randint(3, 5)))


WORDINGS = read_wordings(Path(__file__).with_suffix(".tsv"))
FORMS = tuple(
    Form("rate", name, difficulty, case_of(draw), WORDINGS[name])
    for difficulty, name, draw in (
        ("easy", "for_ten", for_ten),
        ("medium", "at_rate", at_rate),
        ("medium", "rate_of", rate_of),
        ("medium", "scaled", scaled),
        ("medium", "time_for", time_for),
        ("medium", "two_legs", two_legs),
        ("hard", "together", together),
        ("hard", "net_flow", net_flow),
        ("hard", "catch_up", catch_up),
        ("hard", "mean_speed", mean_speed),
    )
)
