"""Numbers for problems, and wrong answers from which the right one cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from benchprof.generators.templates.wording import Case
from benchprof.generators.templates.wrong_numbers import corners

ATTEMPTS = 2000

# Two sizes of error for a number of tens.
TEN_GAPS = ((10, 30), (20, 30), (10, 20), (20, 50))


class Sum(NamedTuple):
    """A worked problem: the numbers that its text shows, the result, and two sizes of error.

    Where a problem invites a mistake (a step forgotten, one group too many), a gap is the
    distance between the result of the mistake and the right result. `low` and `high` bound the
    options where the results of the problem are bounded, lest an option be impossible.
    """

    numbers: Mapping[str, int]
    answer: int
    gaps: tuple[int, int]
    low: int = 2
    high: int = 10_000


def case_of(draw: Callable[[Random], Sum]) -> Callable[[Random], Case]:
    """A form's `draw` from a drawing of sums; the answer has each rank among the options equally.

    A draw with an impossible option or with an option that stands in the text is thrown away as
    a whole: redrawing its wrong answers alone would make small numbers right more often.
    """

    def case(random: Random) -> Case:
        rank = random.randrange(4)
        for _ in range(ATTEMPTS):
            numbers, answer, gaps, low, high = draw(random)
            options = sorted({answer, *corners(answer, gaps, random)})
            if len(options) < 4 or options[0] < low or options[3] > high:
                continue
            if options[rank] == answer and not set(options) & set(numbers.values()):
                wrong = tuple(str(option) for option in options if option != answer)
                return Case(numbers, str(answer), wrong)
        raise ValueError("no sum with four good options")

    return case


def multiples(unit: int, random: Random) -> tuple[int, int]:
    """Two sizes of error that keep what divides the answer: else it alone would be a multiple."""
    first, second = random.choice(((1, 2), (1, 3), (2, 3), (2, 4)))
    return first * unit, second * unit


def whole(draw: Callable[[Random], Sum | None]) -> Callable[[Random], Sum]:
    """The first sum of a drawing that gives None where a number would not be whole."""

    def first(random: Random) -> Sum:
        for _ in range(ATTEMPTS):
            if drawn := draw(random):
                return drawn
        raise ValueError("no sum of whole numbers")

    return first
