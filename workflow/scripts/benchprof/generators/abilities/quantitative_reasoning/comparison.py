"""Comparisons: who has the most or the least, by how much two amounts differ, chains of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.quantitative_reasoning.numbers import TEN_GAPS, Sum, case_of
from benchprof.generators.templates.wording import Case, Form, read_wordings

PEOPLE = ("{A}", "{B}", "{C}", "{D}")
# The slots of a person's number of groups and size of group.
LETTERS = (("a", "e"), ("b", "f"), ("c", "g"), ("d", "h"))


class Amounts(NamedTuple):
    """What each of the four people has, and the numbers that the text shows for it."""

    sizes: Sequence[int]
    numbers: Mapping[str, int]


def ranked(draw: Callable[[Random], Amounts], rank: int) -> Callable[[Random], Case]:
    """The case whose answer is the person of this rank: 0 has least, 3 has most."""

    def case(random: Random) -> Case:
        sizes, numbers = draw(random)
        order = sorted(range(4), key=lambda person: sizes[person])
        answer = PEOPLE[order[rank]]
        return Case(numbers, answer, tuple(person for person in PEOPLE if person != answer))

    return case


def far_apart(random: Random) -> Amounts:
    sizes = [10 * tens + random.randint(0, 4) for tens in random.sample(range(1, 10), 4)]
    return _shown(sizes)


def close(random: Random) -> Amounts:
    base = random.randint(12, 90) * 10
    return _shown(random.sample(range(base, base + 40), 4))


def _shown(sizes: Sequence[int]) -> Amounts:
    return Amounts(sizes, dict(zip("abcd", sizes, strict=True)))


def per_unit(random: Random) -> Amounts:
    """Four prices for four quantities; compared is the price of one unit."""
    prices = random.sample(range(3, 15), 4)
    counts = random.sample(range(3, 12), 4)
    totals = [price * count for price, count in zip(prices, counts, strict=True)]
    numbers = dict(zip("abcdefgh", (*totals, *counts), strict=True))
    return Amounts(prices, numbers)


def in_groups(random: Random) -> Amounts:
    """Each has some groups and some more; the totals lie close together."""
    base = random.randint(90, 160)
    sizes: list[int] = []
    numbers: dict[str, int] = {}
    for (first, second), extra in zip(LETTERS, random.sample(range(24), 4), strict=True):
        group = random.randint(11, 19)
        groups, rest = divmod(base + extra, group)
        sizes.append(base + extra)
        # Two more for everybody, so that the text never says "0" or "1".
        numbers |= {first: groups, second: group, 2 * first: rest + 2}
    return Amounts(sizes, numbers)


def one_more_than(random: Random) -> Sum:
    a = random.randint(6, 40)
    return Sum({"a": a}, a + 1, (random.randint(3, 6), random.randint(8, 15)), 7, 41)


def ten_times(random: Random) -> Sum:
    a = random.randint(2, 9)
    return Sum({"a": a, "t": 10}, a * 10, random.choice(TEN_GAPS), 20, 90)


def tens_apart(random: Random) -> Sum:
    # All options are less than both numbers, so that neither rules one out.
    low, more = 10 * random.randint(7, 9), 10 * random.randint(1, 6)
    return Sum({"a": low + more, "b": low}, more, random.choice(TEN_GAPS), 10, 60)


def difference(random: Random) -> Sum:
    answer, low = random.randint(13, 48), random.randint(13, 48)
    gaps = (random.choice((1, 2, 3)), 10)
    return Sum({"a": low + answer, "b": low}, answer, gaps, high=low + answer - 1)


def more_in_all(random: Random) -> Sum:
    a, more = random.randint(15, 60), random.randint(7, 40)
    return Sum({"a": a, "m": more}, 2 * a + more, (random.choice((a, more)), random.randint(1, 5)))


def times_more(random: Random) -> Sum:
    a, times, more = random.randint(9, 30), random.randint(3, 6), random.randint(5, 19)
    numbers = {"a": a, "t": times, "m": more}
    return Sum(numbers, a * times + more, (random.choice((a, more)), random.randint(1, 5)))


def gap_of_groups(random: Random) -> Sum:
    answer, low = random.randint(9, 60), random.randint(90, 180)
    large, small = random.sample(range(12, 25), 2)
    c, f = divmod(low, small)
    a, e = divmod(low + answer, large)
    # Two more loose ones on both sides, so that the text never says "0" or "1".
    numbers = {"a": a, "b": large, "e": e + 2, "c": c, "d": small, "f": f + 2}
    return Sum(numbers, answer, (random.choice((large, small, 10)), random.randint(1, 4)))


def chain_in_all(random: Random) -> Sum:
    a, more, times = random.randint(12, 30), random.randint(4, 19), random.randint(3, 5)
    answer = a + (a + more) + times * (a + more)
    gaps = (random.choice((a + more, times * more, more)), random.choice((1, 2, 3)))
    return Sum({"a": a, "m": more, "t": times}, answer, gaps)


WORDINGS = read_wordings(Path(__file__).with_suffix(".tsv"))
FORMS = tuple(
    Form("comparison", name, difficulty, draw, WORDINGS[name])
    for difficulty, name, draw in (
        ("easy", "one_more_than", case_of(one_more_than)),
        ("easy", "ten_times", case_of(ten_times)),
        ("easy", "tens_apart", case_of(tens_apart)),
        ("medium", "most", ranked(far_apart, 3)),
        ("medium", "difference", case_of(difference)),
        ("medium", "least", ranked(far_apart, 0)),
        ("medium", "second", ranked(close, 2)),
        ("medium", "third", ranked(close, 1)),
        ("medium", "cheapest", ranked(per_unit, 0)),
        ("medium", "dearest", ranked(per_unit, 3)),
        ("medium", "more_in_all", case_of(more_in_all)),
        ("medium", "times_more", case_of(times_more)),
        ("hard", "most_in_groups", ranked(in_groups, 3)),
        ("hard", "least_in_groups", ranked(in_groups, 0)),
        ("hard", "gap_of_groups", case_of(gap_of_groups)),
        ("hard", "chain_in_all", case_of(chain_in_all)),
    )
)
