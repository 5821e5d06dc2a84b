"""Rates: amounts per time, speeds and prices per unit, alone, rescaled and combined."""

from __future__ import annotations

from random import Random

from generation.wording import Form
from quantitative_reasoning.numbers import TEN_GAPS, Sum, case_of, whole


def for_ten(random: Random) -> Sum:
    a = random.randint(2, 9)
    return Sum({"a": a, "b": 10}, a * 10, random.choice(TEN_GAPS), 20, 90)


def at_rate(random: Random) -> Sum:
    a, b = random.sample(range(3, 15), 2)
    return Sum({"a": a, "b": b}, a * b, (a, random.choice((1, 2, b))))


def rate_of(random: Random) -> Sum:
    rate, time = random.randint(6, 24), random.randint(3, 9)
    gaps = (random.randint(1, 2), random.randint(4, 6))
    return Sum({"a": rate * time, "b": time}, rate, gaps)


def scaled(random: Random) -> Sum:
    rate, b, c = random.randint(4, 16), *random.sample(range(2, 12), 2)
    return Sum({"a": rate * b, "b": b, "c": c}, rate * c, (rate, random.choice((1, 2, 2 * rate))))


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
    return Sum(numbers, time, (random.randint(1, 2), random.randint(3, 5)))


@whole
def catch_up(random: Random) -> Sum | None:
    slow, more, lead = random.randint(10, 60), random.randint(5, 30), random.randint(2, 3)
    if slow * lead * 60 % (5 * more):
        return None
    gaps = (random.choice((5, 10)), random.choice((20, 30)))
    return Sum({"v": slow, "w": slow + more, "h": lead}, slow * lead * 60 // more, gaps)


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
        {A} walks [{a}|a few] km an hour on the way to {town}.
        How many km does {A} walk in [10|some] hours?

        {A} sells {goods} at [{a}|a few] dollars a bag.
        How much do [10|some] bags cost? -> ${}

        {A} makes [{a}|some] {crafts} a day.
        How many {crafts} does {A} make in [10|some] days?
    """,
    "calibration": """
        Working for {B}, {A} earns [{a}|several] dollars for every hour.
        What does {A} earn in [10|several] hours? -> ${}

        A machine in {town} turns out [{a}|several] {crafts} each minute.
        What number of {crafts} comes out in [10|several] minutes?
    """,
    "test": """
        One kilogram of {goods} was [{a}|some] dollars at the stall of {A}.
        How much was the price of [10|some] kilograms? -> ${}

        Every day {A} eats [{a}|some] {crops}.
        After [10|some] days, how many {crops} has {A} eaten?
    """,
}
AT_RATE = {
    "train": """
        {A} walks [{a}|a fixed number of] km every hour.
        How many km does {A} walk in [{b}|some] hours?

        One bag of {goods} costs [{a}|some] dollars.
        How many dollars do [{b}|several] bags of {goods} cost? -> ${}

        A tap at the house of {A} in {town} gives [{a}|a few] litres of water a minute.
        How many litres does it give in [{b}|some] minutes?
    """,
    "calibration": """
        The {job} is paid [${a}|the same sum] for each hour of work.
        What is the pay for [{b}|several] hours of work? -> ${}

        At the workshop of {A} in {town}, [{a}|an equal number of] {crafts} leave the oven each
        hour.
        What number of {crafts} leave it in [{b}|several] hours?
    """,
    "test": """
        For {goods} the shop of {A} charges [${a}|a fixed price] per kilogram.
        How much must be paid for [{b}|some] kilograms? -> ${}

        The bus to {town} covers [{a}|a fixed number of] blocks per minute without stopping.
        After [{b}|some] minutes, how many blocks has it covered?
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
        What number of {crafts} was that per day?
    """,
    "test": """
        It took {A} [{b}|some] evenings to read all [{a}|the] pages of a book from {town}, the
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
        For a dough that feeds [{b}|some] people, the cook in {town} takes [{a}|several] grams of
        flour.
        How many grams of flour does the same dough need for [{c}|several] guests?
    """,
    "test": """
        Steady rain over {town} filled the barrel of {A} with [{a}|some] litres in [{b}|some]
        hours.
        If the rain does not change, how many litres fall into the barrel in [{c}|a few] hours?
    """,
}
TIME_FOR = {
    "train": """
        {A} packs [{a}|some] boxes in [{b}|some] minutes.
        At this speed, how many minutes does {A} need for [{c}|more] boxes?
    """,
    "calibration": """
        The printer of the {job} needs [{b}|several] seconds for [{a}|a stack of] pages, and its
        speed never changes.
        What number of seconds passes for [{c}|another stack of] pages?
    """,
    "test": """
        By closing time {A} had peeled [{a}|some] {crops} in [{b}|some] minutes, and the cook of
        the inn in {town} asked for [{c}|more] at the same speed.
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
        {A} earned [${c}|one rate] an hour as a {job2} and [${d}|another rate] an hour as a
        {job3}. This week the first job took [{a}|some] hours and the second [{b}|some].
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
        Two presses in {town} are tested for [{t}|several] minutes: the old one gives [{a}|a
        number of] {crafts}, the new one [{b}|another number]. An order asks for [{n}|a quantity
        of] {crafts}, and [{s}|several] lie in store.
        What number of minutes must both presses run to fill the order?
    """,
    "test": """
        To clear a lake of [{n}|many] tonnes of mud, {A} hires two diggers. The first moves
        [{a}|some] tonnes and the second [{b}|some] tonnes every [{t}|few] days, and a flood
        already took away [{s}|some] tonnes.
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
        What number of years does it take until there are [{n}|enough] sheep?
    """,
    "test": """
        Every week {A} earns [${i}|a wage] and spends [${o}|part of it]. With [${s}|some savings]
        at the start, {A} wants to own [${n}|the price of a trip to {town}].
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
        A goods train passes {town} at [{v}|several] km per hour. An express at [{w}|more] km per
        hour passes on the parallel track [{h}|several] hours afterwards.
        What number of minutes later are the two trains side by side?
    """,
    "test": """
        With a start of [{h}|some] hours and a speed of [{v}|some] km per hour, the motorboat of
        {A} is ahead of that of {B}, which sails after it at [{w}|some] km per hour.
        In how many minutes will the second motorboat draw level?
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
        What was its mean speed over the whole trip, in km per hour?
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
