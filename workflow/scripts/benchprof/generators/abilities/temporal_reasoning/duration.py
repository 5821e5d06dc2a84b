"""Durations: time between two moments, sums and differences of durations, breaks, nights."""

from __future__ import annotations

from collections.abc import Callable
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
from benchprof.generators.templates.wording import Form

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


WEEKS = {
    "train": """
        {A}'s trip to {town} took [{n}|some] weeks.
        How many days did the trip take?

        {A} worked in {town} for [{n}|some] weeks.
        For how many days did {A} work there, weekends included?
    """,
    "calibration": """
        The {job} was ill for [{n}|several] weeks and stayed with {A}.
        What is that in days?
    """,
    "test": """
        Exactly [{n}|some] weeks went by in {town} without a letter from {A}.
        How many days went by without a letter?
    """,
}
DECADES = {
    "train": """
        {A} has lived in {town} for [{n}|some] decades.
        For how many years has {A} lived in {town}?

        The house that {A} bought from the {job} is [{n}|several] decades old.
        What is the age of the house in years?
    """,
    "calibration": """
        The {job}'s shop in {town} closed after [{n}|several] decades.
        What is that in years?
    """,
    "test": """
        No rain fell in {town} for [{n}|some] decades, the {job} told {A}.
        How many years went by without rain?
    """,
}
CENTURIES = {
    "train": """
        The old bridge that {A} saw in {town} is [{n}|some] centuries old.
        What is the age of the bridge in years?
    """,
    "calibration": """
        The people of {town} were ruled from abroad for [{n}|several] centuries, so {A} says.
        What is that in years?
    """,
    "test": """
        In {town}, {A} and {B} sat under a tree that had stood there for [{n}|some] centuries.
        For how many years had the tree stood there?
    """,
}
TEN_DAYS = {
    "train": """
        {A} runs for [{n}|some] minutes every day in {town}.
        How many minutes does {A} run in [ten|several] days?
    """,
    "calibration": """
        Each song that {A} sings in {town} lasts [{n}|several] minutes, and {A} sings
        [ten|several] songs.
        What do all the songs come to in minutes?
    """,
    "test": """
        Every visit of the {job} to {A} is [{n}|some] minutes long, and there were [ten|some]
        visits.
        How many minutes did the visits take in total?
    """,
}
YEARS = {
    "train": """
        {A} lived in {town} for [{n}|some] years.
        How many months did {A} live there?
    """,
    "calibration": """
        The {job} has been married to {A} from {town} for [{n}|several] years.
        What is that in months?
    """,
    "test": """
        Exactly [{n}|some] years passed before {A} saw {B} in {town} again.
        How many months passed before they met again?
    """,
}
BETWEEN_HOURS = {
    "train": """
        The fair in {town} starts at [{s}|the usual time] and ends at [{e}|sunset] on the same
        day.
        How long does it last?

        {A} works from [{s}|opening time] to [{e}|closing time] without a break.
        For how many hours does {A} work? -> {}
    """,
    "calibration": """
        At [{s}|some hour] the {job} opens the door of the shop in {town} and at [{e}|another
        hour] locks it again.
        For how long is the shop open?
    """,
    "test": """
        The boat to {town} leaves when it is [{s}|high water] and arrives when it is [{e}|low
        water] on the same day.
        What is the duration of the crossing?
    """,
}
BOTH_PARTS = {
    "train": """
        {A} reads for [{a}|a while] and then writes for [{b}|a while].
        How long is that altogether?
    """,
    "calibration": """
        On the way to {town}, the {job} sits in a bus for [{a}|some time] and afterwards in a tram
        for [{b}|some time].
        How long are both rides together?
    """,
    "test": """
        {A}'s bread needs [{b}|time] in the oven once the dough has rested for [{a}|long
        enough].
        How much time do resting and baking take in total?
    """,
}
PART_LEFT = {
    "train": """
        {A} is at a talk in {town} that lasts [{a}|as long as usual] and began [{b}|some time]
        ago.
        How much longer does the talk go on?
    """,
    "calibration": """
        Of the [{a}|time] that {A} may use for the test, [{b} have|a part has] gone by.
        How much time remains?
    """,
    "test": """
        When the {job} has waited on the phone for [{b}|a while], a voice says that callers wait
        [{a}|as long as usual] in all.
        How long must the {job} still wait?
    """,
}
BETWEEN_TIMES = {
    "train": """
        {event} starts at [{s}|the usual time] and is over at [{e}|another time] on that day.
        How long does it take?
    """,
    "calibration": """
        A train leaves {town} at [{s}|the first hour in its timetable] and reaches its last stop
        at [{e}|the hour below it] on the same day.
        How long is the ride?
    """,
    "test": """
        It was [{s}|early] when {A} began to paint the fence and [{e}|late] on that day when the
        last board was done.
        How much time went into the fence?
    """,
}
THREE_PARTS = {
    "train": """
        {A} cleans for [{a}|a while], cooks for [{b}|a while] and gardens for [{c}|a while].
        How long does {A} work in all?
    """,
    "calibration": """
        Three speeches are planned in {town}: one of [{a}|some length], one of [{b}|some length]
        and one of [{c}|some length].
        How much time must be set aside for the speeches?
    """,
    "test": """
        {A}'s stay at the fair in {town} took [{a}|some time], the way there [{b}|some time]
        and the way back [{c}|some time].
        How much time was needed for the stay and both ways?
    """,
}
HOW_MUCH_LONGER = {
    "train": """
        {event} takes [{a}|a long time] and {event2} takes [{b}|a shorter time].
        How much longer is the first than the second?
    """,
    "calibration": """
        By the old road the drive to {town} lasts [{a}|quite long]; by the new one, [{b}|less].
        How much time does the new road save?
    """,
    "test": """
        The way to work takes {A} [{b}|some time] and {B} [{a}|more time].
        By how much is {B}'s way longer?
    """,
}
WITHOUT_BREAK = {
    "train": """
        {A} is at work from [{s}|morning] to [{e}|evening], with a lunch break of [{a}|some
        length] and a meeting of [{b}|some length].
        How much time is left for other work?
    """,
    "calibration": """
        From [{s}|the start] until [{e}|the end] of the market in {town}, rain drives the {job}
        indoors twice, once for [{a}|a time] and once for [{b}|a time].
        For how long does the {job} stand outdoors?
    """,
    "test": """
        The coach stands still for [{a}|a while] at the border and for [{b}|a while] at an inn. It
        sets out at [{s}|dawn] and reaches {town} at [{e}|dusk].
        How long is the coach in motion?
    """,
}
OVER_NIGHT = {
    "train": """
        {A} falls asleep at [{s}|one time] and wakes up at [{e}|another time] the next day.
        How long does {A} sleep?
    """,
    "calibration": """
        The {job}'s night watch in {town} begins at [{s}|a fixed hour], and the bell that
        ends it next morning rings at [{e}|another hour].
        How long is the watch?
    """,
    "test": """
        A lamp that {A} switched on at [{s}|some time] burned until a neighbour put it out at
        [{e}|some time] on the following day.
        For how long did it burn?
    """,
}
LONGER_VISIT = {
    "train": """
        {A} stays in {town} from [{s}|the start] to [{e}|the end] of a day, and {B} from [{t}|the
        start] to [{f}|the end] of another.
        How much longer does {A} stay than {B}?
    """,
    "calibration": """
        Two doctors in {town} see patients on Friday: one between [{s}|opening] and [{e}|closing
        time], the other between [{t}|opening] and [{f}|closing time].
        How much less time does the second work than the first?
    """,
    "test": """
        In at [{t}|some hour], out at [{f}|some hour], says {A}'s card; in at [{s}|some
        hour], out at [{e}|some hour], says {B}'s.
        By how much is {B}'s shift longer?
    """,
}
ROUNDS_AND_PAUSES = {
    "train": """
        In {town}, {A} gives {B} [{n}|some] lessons of [{a}|equal length] in a row, with a pause
        of [{b}|fixed length] between one lesson and the next.
        How long is it from the start of the first to the end of the last?
    """,
    "calibration": """
        A show in {town} has [{n}|several] acts of [{a}|the same length]. Between any two acts the
        curtain stays down for [{b}|a short while].
        How long is the whole show, pauses included?
    """,
    "test": """
        Each of the [{n}|many] loads of washing takes [{a}|its time], and the machine that {A} has
        in {town} must cool down for [{b}|a while] before it takes another load.
        How much time passes from switching on until the last load is done?
    """,
}

FORMS = tuple(
    Form("duration", name, difficulty, case_of(draw), blocks)
    for difficulty, name, draw, blocks in (
        ("easy", "decades", in_smaller_units(10, "years"), DECADES),
        ("easy", "centuries", in_smaller_units(100, "years"), CENTURIES),
        ("easy", "ten_days", in_smaller_units(10, "minutes"), TEN_DAYS),
        ("medium", "weeks", in_smaller_units(7, "days"), WEEKS),
        ("medium", "years", in_smaller_units(12, "months"), YEARS),
        ("medium", "between_hours", between_hours, BETWEEN_HOURS),
        ("medium", "both_parts", both_parts, BOTH_PARTS),
        ("medium", "part_left", part_left, PART_LEFT),
        ("medium", "between_times", between_times, BETWEEN_TIMES),
        ("medium", "three_parts", three_parts, THREE_PARTS),
        ("medium", "how_much_longer", how_much_longer, HOW_MUCH_LONGER),
        ("hard", "without_break", without_break, WITHOUT_BREAK),
        ("hard", "over_night", over_night, OVER_NIGHT),
        ("hard", "longer_visit", longer_visit, LONGER_VISIT),
        ("hard", "rounds_and_pauses", rounds_and_pauses, ROUNDS_AND_PAUSES),
    )
)
