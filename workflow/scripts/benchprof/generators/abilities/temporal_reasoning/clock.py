"""Clock arithmetic: a time some hours or minutes away, wrong clocks, chains, time zones."""

from __future__ import annotations

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
from benchprof.generators.templates.wording import Form

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


ONE_HOUR_LATER = {
    "train": """
        {event} starts at [{s}|the usual time] and lasts one hour.
        When does {event} end?

        {A} came to {town} at [{s}|the usual time] and left one hour later.
        At what time did {A} leave?
    """,
    "calibration": """
        The {job} in {town} went out for {event} at [{s}|the usual hour] and was back after an
        hour.
        What was the time on coming back?
    """,
    "test": """
        At [{s}|high water] {A} called {B}, and an hour later {B} called back.
        When did {B} call back?

        {event} was planned for [{s}|a fixed hour] but began one hour late.
        When did {event} begin?
    """,
}
ONE_HOUR_EARLIER = {
    "train": """
        {A} came home at [{e}|the usual time] and had been in {town} one hour before.
        At what time was {A} in {town}?
    """,
    "calibration": """
        By [{e}|the usual hour] the {job} had been waiting in {town} for just an hour.
        What was the time when the waiting began?
    """,
    "test": """
        {event} ended at [{e}|the planned time], and {A} had left one hour before that.
        When had {A} left?
    """,
}
HOURS_LATER = {
    "train": """
        {A} leaves for {town} at [{s}|the usual time] and gets there {d} later.
        When does {A} get there?
    """,
    "calibration": """
        At [{s}|the usual hour] the {job} begins a shift of {d} in {town}.
        At what time is the shift over?
    """,
    "test": """
        The ferry needs {d} to reach {town}. {A} is on the ferry that sails at [{s}|high water].
        When will {A} be there?
    """,
}
HOURS_EARLIER = {
    "train": """
        {A} left the house at [{e}|the usual time] after being there for {d}.
        When had {A} come to the house?
    """,
    "calibration": """
        The market in {town} has now been open for {d}, and the clock on the tower shows [{e}|the
        time].
        At what hour did it open?
    """,
    "test": """
        {A}, whose plane landed at [{e}|the planned time], had spent {d} in the air on the way to
        {town}.
        By the same clock, when had the plane taken off?
    """,
}
MINUTES_LATER = {
    "train": """
        {A} leaves for {town} at [{s}|the usual time], and the trip takes {d}.
        When does {A} arrive?
    """,
    "calibration": """
        A film of {d} is shown in {town}; the lights go down at [{s}|the time on the poster].
        At what time do the lights go up again?
    """,
    "test": """
        The paint dries in {d}, and the {job} put down the brush at [{s}|the end of the job].
        From when on can the paint be touched?
    """,
}
MINUTES_EARLIER = {
    "train": """
        {A} arrives in {town} at [{e}|the usual time] after a ride of {d}.
        When did {A} set out?
    """,
    "calibration": """
        The {job}'s talk was over at [{e}|the expected time] and had lasted {d}.
        At what time did it start?
    """,
    "test": """
        {A}'s phone needs {d} to charge and was full at [{e}|the moment of leaving].
        When was it plugged in?
    """,
}
WRONG_CLOCK = {
    "train": """
        {A}'s clock is {d} fast. It shows [{fast}|some time].
        What is the right time?

        {A}'s clock is {d} slow. It shows [{slow}|some time].
        What is the right time?
    """,
    "calibration": """
        The clock on the tower of {town} is {d} ahead and says that it is now [{fast}|a certain
        hour].
        What time do correct watches show?
    """,
    "test": """
        Nobody has set the {job}'s watch, which is {d} behind, and it says [{slow}|some hour or
        other].
        What time is it really?
    """,
}
CHAIN = {
    "train": """
        {A} leaves home at [{s}|the usual time], drives for {a}, waits for {b} and then flies for
        {c}.
        When does {A} land?
    """,
    "calibration": """
        In {town} the first speech, of {a}, begins at [{s}|the hour on the invitation]. The
        second, of {b}, follows at once, and then there is music for {c}.
        At what time is the music over?
    """,
    "test": """
        {A}'s train, due in {town} at [{s}|the hour in the timetable], gets there {b} late.
        On arrival {A} eats for {a} and then walks for {c}.
        When is the walk over?
    """,
}
PLAN_BACK = {
    "train": """
        {A} must be in {town} at [{e}|the usual time]. The bus takes {a}, the way to the bus takes
        {b}, and getting dressed takes {c}.
        When must {A} start to get dressed?
    """,
    "calibration": """
        The {job}'s cake has to be ready by [{e}|the hour of the party]. It bakes for {a},
        cools for {b} and is decorated for {c}, one after the other.
        At what time must it go into the oven at the latest?
    """,
    "test": """
        The programme in {town} closed at [{e}|the planned hour] with a film of {c}. Before the
        film came a meal of {b}, and before the meal a talk of {a}.
        When did the talk begin?
    """,
}
TIME_ZONE = {
    "train": """
        {A} takes off at [{s}|the planned time] and flies for {d}. At the place of landing the
        clocks are {z} ahead of those at the start.
        What is the local time when {A} lands?
    """,
    "calibration": """
        Clocks in Eastland show {z} more than clocks in Westland. A chess match of {d} begins when
        it is [{s}|a certain time] in Westland.
        At what time in Eastland is the match over?
    """,
    "test": """
        The {job} sends a file home at [{s}|some time] by the clock of the office. The file takes
        {d} to get through, and the clock at home is {z} ahead of that of the office.
        When does the file arrive by the clock at home?
    """,
}
NTH_DEPARTURE = {
    "train": """
        The first bus of the day leaves {town} at [{s}|a fixed time], and after that one leaves
        every {g}.
        When does the {n} bus leave?
    """,
    "calibration": """
        Every {g} a guide starts a tour of the castle in {town}; the earliest tour is at
        [{s}|opening time].
        At what time is the {n} tour of the day?
    """,
    "test": """
        {A} has to measure the rain every {g} while the test is on and did so for the first time
        at [{s}|the start].
        When is the {n} measurement due?
    """,
}

FORMS = tuple(
    Form("clock", name, difficulty, case_of(draw), blocks)
    for difficulty, name, draw, blocks in (
        ("easy", "one_hour_later", one_hour_later, ONE_HOUR_LATER),
        ("easy", "one_hour_earlier", one_hour_earlier, ONE_HOUR_EARLIER),
        ("medium", "hours_later", hours_later, HOURS_LATER),
        ("medium", "hours_earlier", hours_earlier, HOURS_EARLIER),
        ("medium", "minutes_later", minutes_later, MINUTES_LATER),
        ("medium", "minutes_earlier", minutes_earlier, MINUTES_EARLIER),
        ("medium", "wrong_clock", wrong_clock, WRONG_CLOCK),
        ("hard", "chain", chain, CHAIN),
        ("hard", "plan_back", plan_back, PLAN_BACK),
        ("hard", "time_zone", time_zone, TIME_ZONE),
        ("hard", "nth_departure", nth_departure, NTH_DEPARTURE),
    )
)
