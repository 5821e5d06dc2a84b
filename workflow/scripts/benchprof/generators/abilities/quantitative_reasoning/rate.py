"""Rates: amounts per time, speeds and prices per unit, alone, rescaled and combined."""

from __future__ import annotations

from math import gcd
from random import Random

from benchprof.generators.abilities.quantitative_reasoning.numbers import (
    TEN_GAPS,
    Sum,
    case_of,
    multiples,
    whole,
)
from benchprof.generators.templates.wording import Form


def for_ten(random: Random) -> Sum:
    a = random.randint(2, 9)
    return Sum({"a": a, "b": 10}, a * 10, random.choice(TEN_GAPS), 20, 90)


def at_rate(random: Random) -> Sum:
    a, b = random.sample(range(3, 15), 2)
    return Sum({"a": a, "b": b}, a * b, multiples(a, random), 3 * a, 14 * a)


def rate_of(random: Random) -> Sum:
    rate, time = random.randint(6, 24), random.randint(3, 9)
    gaps = (random.randint(1, 2), random.randint(4, 6))
    return Sum({"a": rate * time, "b": time}, rate, gaps, 6, 24)


def scaled(random: Random) -> Sum:
    rate, b, c = random.randint(4, 16), *random.sample(range(2, 12), 2)
    numbers = {"a": rate * b, "b": b, "c": c}
    return Sum(numbers, rate * c, multiples(rate, random), 2 * rate, 11 * rate)


def time_for(random: Random) -> Sum:
    rate, b, c = random.randint(4, 16), *random.sample(range(3, 16), 2)
    gaps = (random.randint(1, 2), random.randint(3, 5))
    return Sum({"a": rate * b, "b": b, "c": rate * c}, c, gaps, 3, 15)


def two_legs(random: Random) -> Sum:
    a, b, c, d = *random.sample(range(2, 7), 2), *random.sample(range(8, 25), 2)
    gaps = (random.choice((c, d)), random.choice((1, 2, 10)))
    return Sum({"a": a, "b": b, "c": c, "d": d}, a * c + b * d, gaps)


def together(random: Random) -> Sum:
    a, b = random.sample(range(3, 20), 2)
    hours, other = random.randint(4, 12), random.randint(3, 9)
    start = random.randint(11, 60)
    numbers = {"a": a * other, "b": b * other, "t": other, "s": start, "n": (a + b) * hours + start}
    return Sum(numbers, hours, (random.randint(1, 2), random.randint(3, 5)), 4, 12)


def net_flow(random: Random) -> Sum:
    out = random.randint(3, 9)
    more, time, start = random.randint(3, 9), random.randint(6, 24), random.randint(20, 90)
    numbers = {"i": out + more, "o": out, "s": start, "n": start + more * time}
    return Sum(numbers, time, (random.randint(1, 2), random.randint(3, 5)), 6, 24)


@whole
def catch_up(random: Random) -> Sum | None:
    slow, more, lead = random.randint(10, 60), random.randint(5, 30), random.randint(2, 3)
    if slow * lead * 60 % (5 * more):
        return None
    answer = slow * lead * 60 // more
    numbers = {"v": slow, "w": slow + more, "h": lead}
    return Sum(numbers, answer, multiples(gcd(answer, 60), random))


@whole
def mean_speed(random: Random) -> Sum | None:
    a, b = random.sample(range(2, 7), 2)
    v, w = random.sample(range(8, 30), 2)
    rest = random.randint(2, 3)
    if (a * v + b * w) % (a + b + rest):
        return None
    numbers = {"a": a, "b": b, "v": v, "w": w, "r": rest}
    answer = (a * v + b * w) // (a + b + rest)
    return Sum(numbers, answer, (random.randint(1, 2), random.randint(3, 5)))


FOR_TEN = {
    "train": """
        {A} walks [{a}|some] km an hour on the way to {town}.
        How many km does {A} walk in [10|some] hours?

        {A} sells {goods} at [{a}|some] dollars a bag.
        How much do [10|some] bags cost? -> ${}

        {A} makes [{a}|some] {crafts} a day.
        How many {crafts} does {A} make in [10|some] days?
    """,
    "calibration": """
        Working for {B}, {A} earns [{a}|several] dollars for every hour.
        What does {A} earn in [10|several] hours? -> ${}

        A machine in {town} turns out [{a}|several] {crafts} each minute.
        How many {crafts} does it turn out in [10|several] minutes?
    """,
    "test": """
        At {A}'s stall, one kilogram of {goods} cost [{a}|some] dollars.
        How much did [10|some] kilograms cost? -> ${}

        Every day {A}'s shop sells [{a}|some] {crops}.
        After [10|some] days, how many {crops} has the shop sold?
    """,
}
AT_RATE = {
    "train": """
        {A} cycles [{a}|a fixed number of] km every hour.
        How many km does {A} cycle in [{b}|some] hours?

        One bag of {goods} costs [{a}|some] dollars.
        How many dollars do [{b}|several] bags of {goods} cost? -> ${}

        A tap at {A}'s house in {town} gives [{a}|some] litres of water a minute.
        How many litres does it give in [{b}|some] minutes?
    """,
    "calibration": """
        The {job} is paid [${a}|the same sum] for each hour of work.
        What is the pay for [{b}|several] hours of work? -> ${}

        At {A}'s workshop in {town}, [{a}|an equal number of] {crafts} are finished each
        hour.
        How many {crafts} are finished in [{b}|several] hours?
    """,
    "test": """
        For {goods}, {A}'s shop charges [${a}|a fixed price] per kilogram.
        How much must be paid for [{b}|some] kilograms? -> ${}

        The train to {town} passes [{a}|a fixed number of] lamp posts per minute.
        After [{b}|some] minutes, how many lamp posts has it passed?
    """,
}
RATE_OF = {
    "train": """
        {A} types [{a}|some] words in [{b}|some] minutes, always at the same speed.
        How many words does {A} type in one minute?

        {A} pays [{a}|some] dollars for [{b}|some] kilograms of {goods}.
        How many dollars does one kilogram cost? -> ${}
    """,
    "calibration": """
        At an even pace the {job} made [{a}|all the] {crafts} in [{b}|several] days.
        How many {crafts} was that per day?
    """,
    "test": """
        It took {A} [{b}|some] evenings to read all [{a}|the] pages of a book about {town}, the
        same number each evening.
        How many pages did {A} read per evening?
    """,
}
SCALED = {
    "train": """
        A machine makes [{a}|some] {crafts} in [{b}|some] hours.
        At the same speed, how many {crafts} does it make in [{c}|another number of] hours?

        {A} pays [${a}|a sum] for [{b}|some] bags of {goods}.
        How many dollars would [{c}|another number of] bags of {goods} cost? -> ${}
    """,
    "calibration": """
        To make juice for [{b}|some] people, the cook in {town} presses [{a}|several] limes.
        How many limes does the cook press to make as much juice per head for [{c}|several] guests?
    """,
    "test": """
        Steady rain over {town} filled {A}'s barrel with [{a}|some] litres in [{b}|some]
        hours.
        If the rain does not change, how many litres fall into the barrel in [{c}|a few] hours?
    """,
}
TIME_FOR = {
    "train": """
        {A} packs [{a}|some] boxes in [{b}|some] minutes.
        At this speed, how many minutes does {A} need for [{c}|other] boxes?
    """,
    "calibration": """
        The {job}'s printer needs [{b}|several] minutes for [{a}|a stack of] pages, and its
        speed never changes.
        How many minutes does it need for [{c}|another stack of] pages?
    """,
    "test": """
        In the inn of {town}, {A} peeled [{a}|some] {crops} in [{b}|some] minutes. Then the cook
        asked for another [{c}|lot], and {A} went on at the same speed.
        How many minutes did these take?
    """,
}
TWO_LEGS = {
    "train": """
        {A} cycles for [{a}|some] hours at [{c}|a steady number of] km an hour and then for
        [{b}|some] hours at [{d}|another number of] km an hour.
        How many km does {A} cycle in total?
    """,
    "calibration": """
        A basket holds [{a}|several] kilograms of {goods} at [${c}|one price] per kilogram and
        [{b}|several] kilograms of {crops} at [${d}|another price] per kilogram.
        What does the whole basket cost? -> ${}
    """,
    "test": """
        This week {A} worked for [{a}|some] hours in a shop at [${c}|one rate] an hour and for
        [{b}|some] hours in a kitchen at [${d}|another rate] an hour.
        How much did {A} earn this week? -> ${}
    """,
}
TOGETHER = {
    "train": """
        In [{t}|some] hours {A} folds [{a}|some] letters and {B} folds [{b}|some]. There are
        [{n}|many] letters, of which [{s}|some] are already folded, and they work together.
        How many hours do {A} and {B} need for the rest?
    """,
    "calibration": """
        Two machines in {town} are tested for [{t}|several] minutes: the old one makes [{a}|a
        number of] {crafts}, the new one [{b}|another number]. An order asks for [{n}|a quantity
        of] {crafts}, and [{s}|several] lie in store.
        How many minutes must both machines run to fill the order?
    """,
    "test": """
        A lake held [{n}|many] tonnes of mud until a flood took away [{s}|some] tonnes. For the
        rest {A} hires two diggers. Every [{t}|so many] days, the first moves [{a}|some] tonnes
        and the second [{b}|some] tonnes.
        How many days must both diggers work?
    """,
}
NET_FLOW = {
    "train": """
        A tank holds [{s}|some] litres. A pipe brings in [{i}|some] litres a minute, and
        [{o}|some] litres a minute leak out.
        After how many minutes does the tank hold [{n}|enough] litres?
    """,
    "calibration": """
        The flock that {A} sold to the {job} in {town} has [{s}|several] sheep. Each year
        [{i}|several] lambs are born and [{o}|several] sheep are sold.
        How many years does it take until there are [{n}|enough] sheep?
    """,
    "test": """
        Every week {A} earns [${i}|a wage] and spends [${o}|part of it]. With [${s}|some savings]
        at the start, {A} wants to have [${n}|the price of a trip to {town}].
        How many weeks will that take?
    """,
}
CATCH_UP = {
    "train": """
        {A} drives off at [{v}|a steady number of] km an hour. Exactly [{h}|a few] hours later {B}
        follows on the same road at [{w}|a greater number of] km an hour.
        How many minutes does {B} need to catch {A}?
    """,
    "calibration": """
        A goods train passes {town} at [{v}|a steady number of] km per hour. Exactly [{h}|several]
        hours later an express passes in the same direction on the next track at [{w}|a greater
        number of] km per hour.
        How many minutes after passing {town} does the express draw level with the goods train?
    """,
    "test": """
        {A}'s motorboat left port [{h}|some] hours ago and makes [{v}|some] km per hour. Now
        {B}'s sets out after it, making [{w}|some] km per hour.
        In how many minutes will the second motorboat overtake the first?
    """,
}
MEAN_SPEED = {
    "train": """
        {A} rides [{a}|some] hours at [{v}|a steady number of] km an hour, rests for [{r}|some]
        hours and rides [{b}|some] hours at [{w}|another number of] km an hour.
        Counting the rest, what is the average speed in km an hour?
    """,
    "calibration": """
        On the way to {town} a ferry made [{v}|a number of] km per hour for [{a}|several] hours,
        lay at anchor for [{r}|several] hours, and made [{w}|a number of] km per hour for
        [{b}|several] hours.
        What was its mean speed over the whole trip with the stop, in km per hour?
    """,
    "test": """
        In the first [{a}|few] hours of a shift {A} sorts [{v}|some] parcels per hour and in the
        last [{b}|few] hours [{w}|some] per hour; between them lie [{r}|some] hours without work.
        Over the entire shift, how many parcels per hour is that on average?
    """,
}

FORMS = tuple(
    Form("rate", name, difficulty, case_of(draw), blocks)
    for difficulty, name, draw, blocks in (
        ("easy", "for_ten", for_ten, FOR_TEN),
        ("medium", "at_rate", at_rate, AT_RATE),
        ("medium", "rate_of", rate_of, RATE_OF),
        ("medium", "scaled", scaled, SCALED),
        ("medium", "time_for", time_for, TIME_FOR),
        ("medium", "two_legs", two_legs, TWO_LEGS),
        ("hard", "together", together, TOGETHER),
        ("hard", "net_flow", net_flow, NET_FLOW),
        ("hard", "catch_up", catch_up, CATCH_UP),
        ("hard", "mean_speed", mean_speed, MEAN_SPEED),
    )
)
