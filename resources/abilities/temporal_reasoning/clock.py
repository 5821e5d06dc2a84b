"""Clock arithmetic: a time some hours or minutes away, wrong clocks, chains, time zones."""

from __future__ import annotations

from random import Random

from generation.wording import Form
from temporal_reasoning.moments import Moment, case_of, clock, full_hour, hours, minutes, span

FIVE = 5  # times and durations come in steps of five minutes, so wrong ones do as well
FAR = 10_000


def one_hour_later(random: Random) -> Moment:
    half = random.choice((0, 12))
    start, gaps = half + random.randint(1, 10), (2, random.choice((3, 4, 5)))
    return Moment({"s": full_hour(start)}, start + 1, gaps, full_hour, half + 2, half + 11)


def one_hour_earlier(random: Random) -> Moment:
    half = random.choice((0, 12))
    end, gaps = half + random.randint(2, 11), (2, random.choice((3, 4, 5)))
    return Moment({"e": full_hour(end)}, end - 1, gaps, full_hour, half + 1, half + 10)


def hours_later(random: Random) -> Moment:
    start, away = random.randint(8, 20), random.randint(2, 9)
    gaps = (random.choice((1, 2)), random.choice((3, 12)))
    return Moment({"s": full_hour(start), "d": hours(away)}, start + away, gaps, full_hour)


def hours_earlier(random: Random) -> Moment:
    end, away = random.randint(13, 23), random.randint(2, 9)
    gaps = (random.choice((1, 2)), random.choice((3, 12)))
    return Moment({"e": full_hour(end), "d": hours(away)}, end - away, gaps, full_hour, low=-FAR)


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
    true, off = 8 * 60 + FIVE * random.randint(1, 150), random.randint(11, 34)
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
        The {job} in {town} shut the door at [{s}|the usual hour] and opened it again after an
        hour.
        What was the time then?
    """,
    "test": """
        At [{s}|high water] {A} called {B}, and an hour later {B} called back.
        {B} called back at what time?

        {event} was planned for [{s}|after supper] but began one hour late.
        {event} began at what time?
    """,
}
ONE_HOUR_EARLIER = {
    "train": """
        {A} came home at [{e}|bedtime] and had been in {town} one hour before.
        At what time was {A} in {town}?
    """,
    "calibration": """
        By [{e}|the usual hour] the {job} had been waiting in {town} for just an hour.
        What was the time when the waiting began?
    """,
    "test": """
        {event} ended at [{e}|nightfall], and {A} had left one hour before that.
        {A} left at what time?
    """,
}
HOURS_LATER = {
    "train": """
        {event} starts at [{s}|the usual time] and lasts {d}.
        When does it end?
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
        {event} ended at [{e}|bedtime] after {d}.
        When did it begin?
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
        {A} leaves for {town} at [{s}|the usual time], and the way takes {d}.
        When does {A} arrive?
    """,
    "calibration": """
        A film of {d} is shown in {town}; the lights go down at [{s}|the time on the poster].
        At what time do the lights go up again?
    """,
    "test": """
        Paint dries in {d}, and the {job} put down the brush at [{s}|the end of the working day].
        From when on can the paint be touched?
    """,
}
MINUTES_EARLIER = {
    "train": """
        {A} arrives in {town} at [{e}|the usual time] after a ride of {d}.
        When did {A} set out?
    """,
    "calibration": """
        The talk of the {job} was over at [{e}|the expected time] and had lasted {d}.
        At what time did it start?
    """,
    "test": """
        Since it takes {d} to charge, the phone that is full at [{e}|the moment of leaving] was
        plugged in by {A} some time before.
        When was it plugged in?
    """,
}
WRONG_CLOCK = {
    "train": """
        The clock of {A} is {d} fast. It shows [{fast}|an afternoon time].
        What is the right time?

        The clock of {A} is {d} slow. It shows [{slow}|a morning time].
        What is the right time?
    """,
    "calibration": """
        By the tower of {town}, whose hands are {d} ahead, it is now [{fast}|a certain hour].
        At what hour do correct watches stand?
    """,
    "test": """
        Nobody has set the {job}'s watch, which runs {d} behind, and it says [{slow}|some hour or
        other].
        How late is it really?
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
        The train of {A}, due in {town} at [{s}|the hour in the timetable], gets there {b} late. On arrival {A} eats for {a} and then walks for {c}.
        Until when does {A} walk?
    """,
}
PLAN_BACK = {
    "train": """
        {A} must be in {town} at [{e}|the usual time]. The bus takes {a}, the way to the bus takes
        {b}, and getting dressed takes {c}.
        When must {A} start to get dressed?
    """,
    "calibration": """
        The cake of the {job} has to be ready by [{e}|the hour of the party]. It bakes for {a},
        cools for {b} and is decorated for {c}, one after the other.
        At what time does it go into the oven at the latest?
    """,
    "test": """
        {event} closed at [{e}|the planned hour] with a song of {c}. Ahead of the song came a
        pause of {b} and ahead of the pause an opening part of {a}.
        When did the opening part begin?
    """,
}
TIME_ZONE = {
    "train": """
        {A} takes off at [{s}|the planned time] and flies for {d}. At the place of landing the
        clocks are {z} ahead of those at the start.
        What is the local time when {A} lands?
    """,
    "calibration": """
        Clocks in Eastland show {z} more than clocks in Westland. A call of {d} begins when it is
        [{s}|early] in Westland.
        At what time in Eastland is the call over?
    """,
    "test": """
        The {job} sends a file home at [{s}|dawn] by the clock of the office. The file takes {d}
        to get through, and the clock at home is {z} further on than that of the office.
        When does the file arrive by the clock at home?
    """,
}
NTH_DEPARTURE = {
    "train": """
        The first bus of the day leaves {town} at [{s}|sunrise], and after that one leaves every
        {g}.
        When does the {n} bus leave?
    """,
    "calibration": """
        Every {g} a guide starts a tour of the castle in {town}; the earliest tour is at
        [{s}|opening time].
        At what time is the {n} tour of the day?
    """,
    "test": """
        {A} has to take a pill every {g} while the test is on and took the first at
        [{s}|breakfast].
        When is the {n} pill due?
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
