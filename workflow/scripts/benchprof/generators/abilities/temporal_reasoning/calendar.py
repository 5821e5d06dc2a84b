"""Calendar: weekdays, months and dates some days, weeks or months away, and joint cycles."""

from __future__ import annotations

from collections.abc import Callable
from math import lcm
from random import Random

from benchprof.generators.abilities.temporal_reasoning.moments import (
    MONTHS,
    WEEKDAYS,
    Moment,
    case_of,
    day_of_year,
    other_names,
)
from benchprof.generators.templates.wording import Case, Form

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


NEXT_DAY = {
    "train": """
        {A} came to {town} on [{w}|market day] and left the next day.
        On what day did {A} leave?

        {event} was planned for [{w}|market day] but took place on the next day.
        On what day did {event} take place?
    """,
    "calibration": """
        In {town} the hall was shut on [{w}|market day], so the {job} put off {event} to the
        following day.
        What weekday was it when {event} took place?
    """,
    "test": """
        {A} had {event} on [{w}|bin day] and {event2} the day after.
        On which day of the week was {event2}?

        {A} came to {town} on [{w}|bin day] and saw {B} there one day later.
        On which day of the week did {A} see {B}?
    """,
}
DAY_BEFORE = {
    "train": """
        {event} is on [{w}|market day]. {event2} is the day before.
        On what day is {event2}?
    """,
    "calibration": """
        It was dry at {event} on [{w}|market day], but the {job} in {town} says that it had rained
        on the previous day.
        What weekday was the day with rain?
    """,
    "test": """
        {A} reached {town} on [{w}|bin day], one day after {B}.
        On which day of the week did {B} reach {town}?
    """,
}
NEXT_MONTH = {
    "train": """
        {A} moved to {town} in [{m}|the month of the fair] and left in the next month.
        In what month did {A} leave?
    """,
    "calibration": """
        The {job} had {event} in {town} in [{m}|the month of the flood] and {event2} in the month
        after.
        Which month was it at the time of {event2}?
    """,
    "test": """
        {A} met {B} in [{m}|the month of the vote], and one month later {A} met {B} again.
        In which month was their second meeting?
    """,
}
DAY_LATER = {
    "train": """
        {event} is on [{w}|market day]. {event2} is {d} later.
        On what day is {event2}?

        Today is [{w}|market day].
        What day of the week will it be {d} from now?
    """,
    "calibration": """
        The {job} comes to {town} for {event} on [{w}|market day] and stays until {d} have passed.
        What weekday is it when the {job} leaves?
    """,
    "test": """
        {A} expected the letter that {B} sent from {town} on [{w}|bin day], but it came {d} late.
        On which day of the week did the letter come?
    """,
}
DAY_EARLIER = {
    "train": """
        {event} is on [{w}|market day]. {event2} is {d} earlier.
        On what day is {event2}?
    """,
    "calibration": """
        For {event} in {town} on [{w}|the name day], the {job} starts to get things ready {d}
        before.
        What weekday is it when this work starts?
    """,
    "test": """
        When {A} came home from {event} on [{w}|bin day], the parcel had been lying there for {d}.
        On which day of the week did the parcel come?
    """,
}
MONTHS_AWAY = {
    "train": """
        {A} moves to {town} in [{m}|the month of the fair] and leaves {d} later.
        In what month does {A} leave?
    """,
    "calibration": """
        After {event}, the {job} learned that the shop in {town}, planned for [{m}|the month of
        the flood], would open with a delay of {d}.
        Which month was it when the shop opened?
    """,
    "test": """
        Now it is [{m}|the month of the vote], and {d} will pass before {A} sees {B} again.
        In which month will they see each other?
    """,
}
MANY_DAYS = {
    "train": """
        Today is [{w}|market day]. {event} is in {d}.
        What day of the week is {event}?
    """,
    "calibration": """
        On [{w}|pay day] the {job} in {town} promised to be finished after {d}.
        What weekday is the promised day?
    """,
    "test": """
        {A} borrowed a book from {B} in {town} on [{w}|bin day] and must bring it back {d} later.
        On which day of the week is {B}'s book due?
    """,
}
SAME_MONTH = {
    "train": """
        The {a} of {month} is a [{w}|holiday]. {event} is on the {b} of the same month.
        What day of the week is {event}?
    """,
    "calibration": """
        In {town} the {month} fair opens on the {a}, a [{w}|windy day], and closes on the {b}.
        What weekday is the closing day?
    """,
    "test": """
        This year {A}'s birthday, the {a} of {month}, falls on a [{w}|school day], and {B}
        was born on the {b} of that month.
        On which day of the week is {B}'s birthday?
    """,
}
DATE_LATER = {
    "train": """
        {A} starts a course on [{s}|the first day of the holidays]. It ends {d} later.
        On what date does it end?
    """,
    "calibration": """
        On [{s}|the day of the fair] the {job} got a bill, which was paid exactly {d} later.
        What was the date of the payment?
    """,
    "test": """
        It is [{s}|the day of the vote], and {event} in {town} is still {d} away.
        When will it be?
    """,
}
DATE_EARLIER = {
    "train": """
        {event} is on [{s}|the first day of the holidays]. {A} bought the ticket {d} earlier.
        On what date did {A} buy it?
    """,
    "calibration": """
        On [{s}|the day of the fair] the {job} in {town} was well again, {d} after falling ill.
        What was the date when the illness began?
    """,
    "test": """
        {A} reached the coast on [{s}|the day of the vote], having set out {d} before.
        When had {A} set out?
    """,
}
OTHER_MONTH = {
    "train": """
        In this year, {a} is a [{w}|holiday]. {event} is on {b}.
        What day of the week is {event}?
    """,
    "calibration": """
        The bridge at {town} was closed on {a}, a [{w}|windy day], and opened again on {b} of that
        year.
        What weekday was it when the bridge opened again?
    """,
    "test": """
        Both dates are in one year: on {a}, a [{w}|school day], the {job} ordered a coat, and on
        {b} it came.
        On which day of the week did the coat come?
    """,
}
TWO_SHIFTS = {
    "train": """
        Today is [{w}|market day]. {event} is in {a}, and {event2} is {b} before {event}.
        What day of the week is {event2}?
    """,
    "calibration": """
        On [{w}|pay day] the {job} fixed the opening for {a} later, and afterwards brought it
        forward by {b}, so that it was that much earlier.
        What weekday was the opening in the end?
    """,
    "test": """
        {A} was to leave {town} {a} after the coming [{w}|bin day], but in the end is going home
        {b} before that.
        On which day of the week is {A} going home?
    """,
}
NEXT_JOINT_DAY = {
    "train": """
        {A} swims every {a} and {B} swims every {b}. On [{s}|the first day of the holidays] they
        both swim.
        On what date do they next swim on the same day?
    """,
    "calibration": """
        One ship calls at {town} every {a}, another every {b}. The last time that both came
        together was [{s}|the day of the fair].
        What is the date of the next day with both ships?
    """,
    "test": """
        From [{s}|the day of the vote] on, when both jobs fell together, {A} waters the trees at
        intervals of {b} and cuts the grass at intervals of {a}.
        When do the two jobs fall together again?
    """,
}
WEEKS_AND_DAYS = {
    "train": """
        {A} plans {event} for {w} and {a} after [{s}|the first day of the holidays]. Then it is
        moved to a day {b} earlier.
        On what date is it now?
    """,
    "calibration": """
        From [{s}|the day of the fair] it takes {w} and {a} until the ship is in {town}; the mail
        gets there {b} ahead of the ship.
        What is the date when the mail gets there?
    """,
    "test": """
        The wall was to be ready {w} and {a} after [{s}|the day of the vote], but the {job} had it ready {b} before that.
        When was the wall ready?
    """,
}

FORMS = tuple(
    Form("calendar", name, difficulty, draw, blocks)
    for difficulty, name, draw, blocks in (
        ("easy", "next_day", day_away(1, 1, 1), NEXT_DAY),
        ("easy", "day_before", day_away(-1, 1, 1), DAY_BEFORE),
        ("easy", "next_month", months_away(1, 1), NEXT_MONTH),
        ("medium", "day_later", day_away(1, 2, 4), DAY_LATER),
        ("medium", "day_earlier", day_away(-1, 2, 4), DAY_EARLIER),
        ("medium", "months_away", months_away(2, 5), MONTHS_AWAY),
        ("medium", "many_days", many_days, MANY_DAYS),
        ("medium", "same_month", same_month, SAME_MONTH),
        ("medium", "date_later", case_of(date_later), DATE_LATER),
        ("medium", "date_earlier", case_of(date_earlier), DATE_EARLIER),
        ("hard", "other_month", other_month, OTHER_MONTH),
        ("hard", "two_shifts", two_shifts, TWO_SHIFTS),
        ("hard", "next_joint_day", case_of(next_joint_day), NEXT_JOINT_DAY),
        ("hard", "weeks_and_days", case_of(weeks_and_days), WEEKS_AND_DAYS),
    )
)
