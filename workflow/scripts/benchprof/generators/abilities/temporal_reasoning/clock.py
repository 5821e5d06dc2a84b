"""Clock arithmetic: a time some hours or minutes away, wrong clocks, chains, time zones."""

from __future__ import annotations

from pathlib import Path
from random import Random

from benchprof.generators.abilities.temporal_reasoning.moments import (
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
FAR = 10_000


def one_hour_later(random: Random) -> Moment:
    """After noon, when anything may take place, and with no "12 pm"."""
    start, gaps = random.randint(13, 22), (2, random.choice((3, 4, 5)))
    return Moment({"s": full_hour(start)}, start + 1, gaps, full_hour, 14, 23)


def one_hour_earlier(random: Random) -> Moment:
    end, gaps = random.randint(14, 23), (2, random.choice((3, 4, 5)))
    return Moment({"e": full_hour(end)}, end - 1, gaps, full_hour, 13, 22)


def hours_later(random: Random) -> Moment:
    start, away = random.randint(8, 20), random.randint(2, 9)
    gaps = (random.choice((1, 2)), random.choice((3, 4, 5)))
    slots = {"s": full_hour(start), "d": hours(away)}
    return Moment(slots, start + away, gaps, full_hour, 10, 29)


def hours_earlier(random: Random) -> Moment:
    end, away = random.randint(13, 23), random.randint(2, 9)
    gaps = (random.choice((1, 2)), random.choice((3, 4, 5)))
    return Moment({"e": full_hour(end), "d": hours(away)}, end - away, gaps, full_hour, 4, 21)


def minutes_later(random: Random) -> Moment:
    start, away = 7 * 60 + FIVE * random.randint(1, 150), FIVE * random.randint(5, 31)
    slots = {"s": clock(start), "d": span(away)}
    return Moment(slots, start + away, random.choice(((40, 60), (10, 60), (5, 20))), clock)


def minutes_earlier(random: Random) -> Moment:
    end, away = 9 * 60 + FIVE * random.randint(1, 150), FIVE * random.randint(5, 31)
    slots = {"e": clock(end), "d": span(away)}
    return Moment(slots, end - away, random.choice(((40, 60), (10, 60), (5, 20))), clock)


def wrong_clock(random: Random) -> Moment:
    """The wording says whether the clock is fast ({fast} is shown) or slow ({slow} is shown)."""
    # Any minute, since a round time among the options would give itself away.
    true, off = 8 * 60 + random.randint(1, 750), random.randint(11, 34)
    slots = {"fast": clock(true + off), "slow": clock(true - off), "d": minutes(off)}
    # Correcting to the wrong side is the usual mistake.
    return Moment(slots, true, (2 * off, random.choice((10, 60))), clock)


def chain(random: Random) -> Moment:
    start = 7 * 60 + FIVE * random.randint(1, 120)
    parts = [FIVE * random.randint(3, 27) for _ in range(3)]
    slots = {"s": clock(start)} | dict(zip("abc", map(span, parts), strict=True))
    gaps = random.choice(((parts[1], 60), (10, 60), (40, 60), (5, parts[2])))
    return Moment(slots, start + sum(parts), gaps, clock)


def plan_back(random: Random) -> Moment:
    end = 10 * 60 + FIVE * random.randint(1, 120)
    parts = [FIVE * random.randint(3, 20) for _ in range(3)]
    slots = {"e": clock(end)} | dict(zip("abc", map(span, parts), strict=True))
    gaps = random.choice(((parts[1], 60), (10, 60), (40, 60), (5, parts[2])))
    return Moment(slots, end - sum(parts), gaps, clock)


def time_zone(random: Random) -> Moment:
    """A flight to a place whose clocks are ahead."""
    start, zone = 6 * 60 + FIVE * random.randint(1, 72), random.randint(2, 5)
    length = FIVE * random.randint(40, 75)
    slots = {"s": clock(start), "d": span(length), "z": hours(zone)}
    # Forgetting the zone, or counting it to the wrong side.
    gaps = (random.choice((1, 2)) * zone * 60, random.choice((10, 20, 40)))
    return Moment(slots, start + length + zone * 60, gaps, clock, high=FAR)


def nth_departure(random: Random) -> Moment:
    start, gap, number = (
        6 * 60 + random.randint(1, 90),
        random.randint(16, 38),
        random.randint(5, 9),
    )
    slots = {"s": clock(start), "g": minutes(gap), "n": f"{number}th"}
    # Counting one interval too many is the usual mistake.
    gaps = (gap, random.choice((5, 10, 60)))
    return Moment(slots, start + (number - 1) * gap, gaps, clock)


WORDINGS = read_wordings(Path(__file__).with_suffix(".tsv"))
FORMS = tuple(
    Form("clock", name, difficulty, case_of(draw), WORDINGS[name])
    for difficulty, name, draw in (
        ("easy", "one_hour_later", one_hour_later),
        ("easy", "one_hour_earlier", one_hour_earlier),
        ("medium", "hours_later", hours_later),
        ("medium", "hours_earlier", hours_earlier),
        ("medium", "minutes_later", minutes_later),
        ("medium", "minutes_earlier", minutes_earlier),
        ("medium", "wrong_clock", wrong_clock),
        ("hard", "chain", chain),
        ("hard", "plan_back", plan_back),
        ("hard", "time_zone", time_zone),
        ("hard", "nth_departure", nth_departure),
    )
)
