"""Durations: time between two moments, sums and differences of durations, breaks, nights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from benchprof.generators.abilities.temporal_reasoning.moments import (
    DAY,
    Moment,
    case_of,
    clock,
    full_hour,
    hours,
    minutes,
    span,
)
from benchprof.generators.templates.wording import Form, read_wordings

FIVE = 5  # times and durations come in steps of five minutes, so wrong ones do as well


COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven")


def in_smaller_units(size: int, unit: str) -> Callable[[Random], Moment]:
    """A duration of some units of `size` smaller ones; wrong ones are multiples of it as well."""

    def draw(random: Random) -> Moment:
        count = random.randint(2, 7)
        gaps = random.choice(((1, 2), (1, 3), (2, 3), (2, 4)))
        return Moment({"n": COUNTS[count]}, count, gaps, lambda n: f"{n * size} {unit}", 2, 7)

    return draw


def between_hours(random: Random) -> Moment:
    length = random.randint(2, 9)
    start = random.choice((8, 13)) + random.randint(0, 10 - length)
    slots = {"s": full_hour(start), "e": full_hour(start + length)}
    return Moment(slots, length, (random.choice((1, 2)), random.choice((3, 4))), hours, 2, 9)


def both_parts(random: Random) -> Moment:
    a, b = (FIVE * random.randint(1, 8) for _ in range(2))
    gaps = (random.choice((5, 10)), random.choice((15, 20, 25)))
    return Moment({"a": minutes(a), "b": minutes(b)}, a + b, gaps, minutes, max(a, b) + FIVE, 80)


def part_left(random: Random) -> Moment:
    left, gone = FIVE * random.randint(1, 8), FIVE * random.randint(9, 16)
    gaps = (random.choice((5, 10)), random.choice((15, 20, 25)))
    return Moment({"a": minutes(left + gone), "b": minutes(gone)}, left, gaps, minutes, 5, 40)


def between_times(random: Random) -> Moment:
    start, length = 8 * 60 + FIVE * random.randint(1, 80), FIVE * random.randint(13, 40)
    slots = {"s": clock(start), "e": clock(start + length)}
    return Moment(slots, length, random.choice(((40, 60), (10, 60), (20, 60))), span, low=61)


def three_parts(random: Random) -> Moment:
    parts = [FIVE * random.randint(3, 18) for _ in range(3)]
    slots = dict(zip("abc", (span(part) for part in parts), strict=True))
    return Moment(slots, sum(parts), random.choice(((40, 60), (10, 60), (5, 20))), span, low=61)


def how_much_longer(random: Random) -> Moment:
    short, more = FIVE * random.randint(10, 30), FIVE * random.randint(3, 20)
    slots = {"a": span(short + more), "b": span(short)}
    return Moment(slots, more, (random.choice((5, 10)), random.choice((15, 20, 40))), span, 15, 100)


def without_break(random: Random) -> Moment:
    start, work = 7 * 60 + FIVE * random.randint(1, 60), FIVE * random.randint(50, 110)
    rest, second = FIVE * random.randint(3, 9), FIVE * random.randint(10, 16)
    slots = {
        "s": clock(start),
        "e": clock(start + work + rest + second),
        "a": span(rest),
        "b": span(second),
    }
    gaps = random.choice(((rest, 60), (second, 60), (rest, second), (10, 60)))
    return Moment(slots, work, gaps, span, low=61)


def over_night(random: Random) -> Moment:
    start, end = 18 * 60 + FIVE * random.randint(1, 68), DAY + FIVE * random.randint(50, 130)
    slots = {"s": clock(start), "e": clock(end)}
    return Moment(slots, end - start, random.choice(((40, 60), (10, 60), (20, 120))), span, low=61)


def longer_visit(random: Random) -> Moment:
    short, more = FIVE * random.randint(13, 50), FIVE * random.randint(3, 30)
    first, second = (8 * 60 + FIVE * random.randint(1, 60) for _ in range(2))
    slots = {
        "s": clock(first),
        "e": clock(first + short + more),
        "t": clock(second),
        "f": clock(second + short),
    }
    return Moment(slots, more, (random.choice((5, 10)), random.choice((20, 40, 60))), span)


def rounds_and_pauses(random: Random) -> Moment:
    count, length, pause = random.randint(4, 8), FIVE * random.randint(4, 10), random.randint(6, 14)
    total = count * length + (count - 1) * pause
    slots = {"n": str(count), "a": minutes(length), "b": minutes(pause)}
    # One pause too many is the usual mistake.
    return Moment(slots, total, (pause, random.choice((20, 40, 60))), span, low=61)


WORDINGS = read_wordings(Path(__file__).with_suffix(".tsv"))
FORMS = tuple(
    Form("duration", name, difficulty, case_of(draw), WORDINGS[name])
    for difficulty, name, draw in (
        ("easy", "decades", in_smaller_units(10, "years")),
        ("easy", "centuries", in_smaller_units(100, "years")),
        ("easy", "ten_days", in_smaller_units(10, "minutes")),
        ("medium", "weeks", in_smaller_units(7, "days")),
        ("medium", "years", in_smaller_units(12, "months")),
        ("medium", "between_hours", between_hours),
        ("medium", "both_parts", both_parts),
        ("medium", "part_left", part_left),
        ("medium", "between_times", between_times),
        ("medium", "three_parts", three_parts),
        ("medium", "how_much_longer", how_much_longer),
        ("hard", "without_break", without_break),
        ("hard", "over_night", over_night),
        ("hard", "longer_visit", longer_visit),
        ("hard", "rounds_and_pauses", rounds_and_pauses),
    )
)
