"""Clock times, durations and dates: how they are written, and wrong ones beside a right one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from benchprof.generators.templates.wording import Case
from benchprof.generators.templates.wrong_numbers import corners

ATTEMPTS = 2000
DAY = 24 * 60
NOON = 12 * 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class Moment(NamedTuple):
    """A worked problem: the texts in its slots, the result in `unit`s, and two sizes of error.

    `write` gives the text of a result; `low` and `high` bound what an option may be.
    """

    slots: Mapping[str, str]
    answer: int
    gaps: tuple[int, int]
    write: Callable[[int], str]
    low: int = 1
    high: int = 10_000


def case_of(draw: Callable[[Random], Moment]) -> Callable[[Random], Case]:
    """A form's `draw`; the answer has each rank among the options equally often.

    A draw with an impossible option, or with one that stands in the text, is thrown away whole.
    """

    def case(random: Random) -> Case:
        rank = random.randrange(4)
        for _ in range(ATTEMPTS):
            slots, answer, gaps, write, low, high = draw(random)
            values = sorted({answer, *corners(answer, gaps, random)})
            if len(values) < 4 or values[0] < low or values[3] > high or values[rank] != answer:
                continue
            texts = [write(value) for value in values]
            if len({*texts, *slots.values()}) == 4 + len({*slots.values()}):
                return Case(slots, texts[rank], tuple(texts[:rank] + texts[rank + 1 :]))
        raise ValueError("no moment with four good options")

    return case


def clock(minutes: int) -> str:
    """Minutes since midnight as a time of day: 915 is `3:15 pm`."""
    hour, minute = divmod(minutes % DAY, 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02d} {'am' if hour < 12 else 'pm'}"


def full_hour(count: int) -> str:
    """A full hour of the day: 15 is `3 pm`."""
    return clock(count * 60).replace(":00", "")


def hours(count: int) -> str:
    return "1 hour" if count == 1 else f"{count} hours"


def minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


def span(count: int) -> str:
    """Minutes as a duration: 95 is `1 hour 35 minutes`."""
    whole, rest = divmod(count, 60)
    return " ".join(part for part in (whole and hours(whole), rest and minutes(rest)) if part)


def day_of_year(ordinal: int) -> str:
    """The date of a day of a common year, counted from 1 January: 0 is `1 January`."""
    day = date(2023, 1, 1) + timedelta(days=ordinal)
    return f"{day.day} {MONTHS[day.month - 1]}"


def other_names(names: tuple[str, ...], answer: int, shown: set[int], random: Random) -> list[str]:
    """Three weekdays or months that are neither the answer nor named in the text."""
    left = [name for place, name in enumerate(names) if place not in {answer, *shown}]
    return random.sample(left, 3)
