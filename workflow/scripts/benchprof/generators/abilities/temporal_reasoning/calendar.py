"""Calendar: weekdays, months and dates some days, weeks or months away, and joint cycles."""

from __future__ import annotations

from collections.abc import Callable
from math import lcm
from pathlib import Path
from random import Random

from benchprof.generators.abilities.temporal_reasoning.moments import (
    MONTHS,
    WEEKDAYS,
    Moment,
    case_of,
    day_of_year,
    other_names,
)
from benchprof.generators.templates.wording import Case, Form, read_wordings

COUNTS = ("zero", "one", "two", "three", "four", "five", "six")

# Dates stay clear of the end of February: nothing depends on leap years.
MARCH, DECEMBER_LAST = 59, 364


def day_away(sign: int, least: int, most: int) -> Callable[[Random], Case]:
    """A weekday some days after (1) or before (-1) another."""

    def case(random: Random) -> Case:
        start, away = random.randrange(7), random.randint(least, most)
        return _weekday({"w": start}, {"d": f"{COUNTS[away]} days"}, start + sign * away, random)

    return case


def months_away(least: int, most: int) -> Callable[[Random], Case]:
    def case(random: Random) -> Case:
        start, away = random.randrange(12), random.randint(least, most)
        answer = (start + away) % 12
        slots = {"m": MONTHS[start], "d": f"{COUNTS[away]} months"}
        return Case(slots, MONTHS[answer], tuple(other_names(MONTHS, answer, {start}, random)))

    return case


def many_days(random: Random) -> Case:
    start, away = random.randrange(7), random.choice([n for n in range(9, 34) if n % 7])
    return _weekday({"w": start}, {"d": f"{away} days"}, start + away, random)


def same_month(random: Random) -> Case:
    """Of two dates in one month one has its weekday told."""
    early, late = sorted(random.sample(range(2, 29), 2))
    while (late - early) % 7 == 0 or late - early < 5:
        early, late = sorted(random.sample(range(2, 29), 2))
    start = random.randrange(7)
    texts = {"a": ordinal(early), "b": ordinal(late), "month": random.choice(MONTHS)}
    return _weekday({"w": start}, texts, start + late - early, random)


def other_month(random: Random) -> Case:
    start = random.randint(MARCH, DECEMBER_LAST - 90)
    away = random.choice([n for n in range(36, 90) if n % 7])
    weekday = random.randrange(7)
    texts = {"a": day_of_year(start), "b": day_of_year(start + away)}
    return _weekday({"w": weekday}, texts, weekday + away, random)


def two_shifts(random: Random) -> Case:
    """Two moves on the calendar, one in weeks and days, one in days, to different sides."""
    start, weeks, days, back = (random.randint(*e) for e in ((0, 6), (3, 6), (2, 6), (8, 20)))
    while (days - back) % 7 == 0:
        back = random.randint(8, 20)
    texts = {"a": f"{COUNTS[weeks]} weeks and {COUNTS[days]} days", "b": f"{back} days"}
    return _weekday({"w": start}, texts, start + days - back, random)


def _weekday(shown: dict[str, int], texts: dict[str, str], answer: int, random: Random) -> Case:
    """A case with weekday options; a weekday that the text shows is no option."""
    slots = texts | {slot: WEEKDAYS[day] for slot, day in shown.items()}
    wrong = other_names(WEEKDAYS, answer % 7, set(shown.values()), random)
    return Case(slots, WEEKDAYS[answer % 7], tuple(wrong))


def ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 != 1 else 0, "th")
    return f"{number}{ending}"


def date_later(random: Random) -> Moment:
    start, away = random.randint(MARCH, DECEMBER_LAST - 60), random.randint(14, 35)
    slots = {"s": day_of_year(start), "d": f"{away} days"}
    return _date(slots, start + away, random)


def date_earlier(random: Random) -> Moment:
    start, away = random.randint(MARCH + 60, DECEMBER_LAST), random.randint(14, 35)
    slots = {"s": day_of_year(start), "d": f"{away} days"}
    return _date(slots, start - away, random)


def next_joint_day(random: Random) -> Moment:
    a, b = random.sample((4, 6, 8, 9, 10, 12, 14, 15), 2)
    start = random.randint(MARCH, DECEMBER_LAST - 130)
    slots = {"s": day_of_year(start), "a": f"{a} days", "b": f"{b} days"}
    moment = _date(slots, start + lcm(a, b), random)
    # Sooner than 18 days, a wrong date could lie before the first; later than 90, counting is long.
    return moment if 18 <= lcm(a, b) <= 90 else next_joint_day(random)


def weeks_and_days(random: Random) -> Moment:
    start = random.randint(MARCH, DECEMBER_LAST - 100)
    weeks, days, back = random.randint(4, 9), random.randint(2, 6), random.randint(3, 12)
    texts = {"a": f"{days} days", "b": f"{back} days"}
    slots = {"s": day_of_year(start), "w": f"{weeks} weeks"} | texts
    return _date(slots, start + 7 * weeks + days - back, random)


def _date(slots: dict[str, str], answer: int, random: Random) -> Moment:
    gaps = random.choice(((1, 7), (1, 2), (2, 10), (1, 10)))
    return Moment(slots, answer, gaps, day_of_year, low=MARCH, high=DECEMBER_LAST)


WORDINGS = read_wordings(Path(__file__).with_suffix(".tsv"))
FORMS = tuple(
    Form("calendar", name, difficulty, draw, WORDINGS[name])
    for difficulty, name, draw in (
        ("easy", "next_day", day_away(1, 1, 1)),
        ("easy", "day_before", day_away(-1, 1, 1)),
        ("easy", "next_month", months_away(1, 1)),
        ("medium", "day_later", day_away(1, 2, 4)),
        ("medium", "day_earlier", day_away(-1, 2, 4)),
        ("medium", "months_away", months_away(2, 5)),
        ("medium", "many_days", many_days),
        ("medium", "same_month", same_month),
        ("medium", "date_later", case_of(date_later)),
        ("medium", "date_earlier", case_of(date_earlier)),
        ("hard", "other_month", other_month),
        ("hard", "two_shifts", two_shifts),
        ("hard", "next_joint_day", case_of(next_joint_day)),
        ("hard", "weeks_and_days", case_of(weeks_and_days)),
    )
)
