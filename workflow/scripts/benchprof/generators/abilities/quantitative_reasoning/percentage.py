"""Percentages: a share of a number, rises and discounts, chained changes, changes undone."""

from __future__ import annotations

from math import gcd
from random import Random

from benchprof.generators.abilities.quantitative_reasoning.numbers import (
    Sum,
    case_of,
    multiples,
    whole,
)
from benchprof.generators.templates.wording import Form

STEPS = ((5, 20), (10, 25), (5, 15))


def tenth_or_half(random: Random) -> Sum:
    percent = random.choice((10, 50))
    # With halves from 16 on, no option up to 30 is more than the whole.
    least = 3 if percent == 10 else 16
    answer = random.randint(least, 30)
    gaps = (random.randint(2, 5), random.randint(7, 14))
    return Sum({"p": percent, "n": answer * 100 // percent}, answer, gaps, least, 30)


def rest(random: Random) -> Sum:
    percent = 10 * random.randint(1, 9)
    # Half leaves half, which then stands in the text; so half must not be a wrong option either.
    return Sum(
        {"p": percent, "half": 50},
        100 - percent,
        random.choice(((10, 30), (20, 30), (10, 20))),
        10,
        90,
    )


def share_of(random: Random) -> Sum:
    unit, answer = random.choice((2, 3, 4, 5, 6)), random.randint(2, 18)
    numbers = {"a": unit * answer, "n": unit * 20}
    return Sum(numbers, answer * 5, random.choice(STEPS), 10, 90)


def discount(random: Random) -> Sum:
    steps, unit = random.randint(2, 12), random.randint(2, 20)
    numbers = {"p": 5 * steps, "n": 20 * unit}
    return Sum(numbers, unit * (20 - steps), multiples(unit, random), 8 * unit, 18 * unit)


def rise(random: Random) -> Sum:
    steps, unit = random.randint(2, 12), random.randint(2, 20)
    numbers = {"p": 5 * steps, "n": 20 * unit}
    return Sum(numbers, unit * (20 + steps), multiples(unit, random), 22 * unit, 32 * unit)


def grown_by(random: Random) -> Sum:
    """By what percentage a number has changed, up or down according to the wording."""
    unit, steps = random.choice((2, 3, 4, 6, 7, 8)), random.randint(2, 14)
    numbers = {"a": 20 * unit, "b": unit * (20 + steps), "c": unit * (20 - steps)}
    return Sum(numbers, steps * 5, random.choice(STEPS), 10, 70)


@whole
def two_changes(random: Random) -> Sum | None:
    start, down, up = 20 * random.randint(3, 40), random.randint(2, 12), random.randint(1, 8)
    left = start * (20 - down) // 20
    if left % 20 or down == up:
        return None
    unit = left // 20
    numbers = {"n": start, "u": 5 * up, "d": 5 * down}
    return Sum(numbers, unit * (20 + up), multiples(unit, random), 21 * unit, 28 * unit)


@whole
def undone(random: Random) -> Sum | None:
    percent = random.choice((10, 15, 20, 25, 30, 40))
    # Only multiples of `grain` can be answers, so the wrong options are multiples of it as well.
    grain = 100 // gcd(percent, 100)
    answer = grain * random.randint(60 // grain, 480 // grain)
    after = answer * (100 - percent) // 100
    # Taking the percentage of the reduced price is the usual mistake.
    mistake = answer - after * (100 + percent) // 100
    first = max(1, round(mistake / grain)) * grain
    second = first + 2 * grain
    # Before the discount nothing cost less than after it, so no option may say so.
    if answer - first - second <= after:
        return None
    return Sum({"p": percent, "m": after}, answer, (first, second))


@whole
def rest_of_rest(random: Random) -> Sum | None:
    start, first, then = 20 * random.randint(3, 40), *random.sample(range(2, 13), 2)
    left = start * (20 - first) // 20
    if left % 20:
        return None
    unit = left // 20
    numbers = {"n": start, "f": 5 * first, "g": 5 * then}
    return Sum(numbers, unit * (20 - then), multiples(unit, random), 8 * unit, 18 * unit)


PART = {
    "train": """
        {A} has [{n}|some] {things}. [{p}%|Some] of them are {colour}.
        How many {things} are {colour}?

        There are [{n}|many] pupils in the school, and [{p}%|some] of them play the {instrument}.
        How many pupils play the {instrument}?
    """,
    "calibration": """
        The library of {town} lent out [{n}|several] books on music last year, and [{p} percent|a
        part] of those came back late.
        How many books came back late?
    """,
    "test": """
        {A} earned [${n}|some money] at the weekend and put [{p}%|a part] of it into savings.
        How much went into savings? -> ${}

        In an election in {town}, [{n}|some] votes are cast, and the {job} wins [{p}%|part] of the
        votes.
        How many votes does the {job} win?
    """,
}
REST = {
    "train": """
        {A} has sold [{p}%|some] of the {crops} and keeps the others.
        What percentage of the {crops} does {A} keep? -> {}%

        In {town}, so {A} says, [{p}%|part] of the people like the {instrument} and the others do
        not.
        What percentage of the people in {town} do not like it? -> {}%
    """,
    "calibration": """
        In {town} the {job} has read [{p} percent|a part] of a book on {goods} by {A}.
        What share of the book by {A} is still unread? -> {}%
    """,
    "test": """
        Of the seats in the hall of {town}, [{p}%|a part] are taken, says {A}.
        What percentage of the seats are free? -> {}%
    """,
}
SHARE_OF = {
    "train": """
        {A} has [{n}|some] {things}, and [{a}|some] of them are {colour}.
        What percentage of the {things} are {colour}? -> {}%
    """,
    "calibration": """
        In the {job}'s orchard there were [{n}|several] trees. When the storm was over,
        [{a}|several] of these were still standing.
        What percentage of the trees survived? -> {}%
    """,
    "test": """
        At the games in {town}, {A} shot [{n}|some] arrows and hit the target with [{a}|some] of
        them.
        What percentage of the arrows hit the target? -> {}%
    """,
}
DISCOUNT = {
    "train": """
        A {object} costs [${n}|some dollars]. In the sale the price falls by [{p}%|a certain
        share].
        How much does the {object} cost in the sale? -> ${}
    """,
    "calibration": """
        The lake near {town} covered [{n}|several] hectares before the dry years took away [{p}
        percent|a part] of it.
        What is its size now, in hectares?
    """,
    "test": """
        {A}'s shop takes [{p}%|a fixed part] off every bill of a regular customer, and the
        {job}, who is one, has a bill of [${n}|some dollars].
        What does the {job} have to pay? -> ${}
    """,
}
RISE = {
    "train": """
        {A} earns [${n}|some dollars] a week and gets a rise of [{p}%|a certain share].
        How much does {A} earn a week after the rise? -> ${}
    """,
    "calibration": """
        Last season the choir of {town} had [{n}|several] members, and this season it has [{p}
        percent|a part] more than that.
        How many members does it have this season?
    """,
    "test": """
        Once the ticket price of [${n}|some dollars] has gone up by [{p}%|a part], {A} no longer
        goes to the {instrument} concert.
        What is the new ticket price? -> ${}
    """,
}
GROWN_BY = {
    "train": """
        {A}'s weekly rent went up from [${a}|one sum] to [${b}|another].
        By what percentage did the rent go up? -> {}%

        The price of a {object} fell from [${a}|one sum] to [${c}|another].
        By what percentage did the price fall? -> {}%
    """,
    "calibration": """
        Where [{a}|several] boats used to fish off {town}, now only [{c}|a part of them] do.
        By what percentage has the number of boats fallen? -> {}%
    """,
    "test": """
        {A}, who sold [{a}|some] {things} in May, managed to sell [{b}|more] in June.
        How large was the increase as a percentage of the sales in May? -> {}%
    """,
}
TWO_CHANGES = {
    "train": """
        The price of a {object} was [${n}|some dollars]. First it rose by [{u}%|a certain share],
        then the new price fell by [{d}%|another share].
        How much does the {object} cost now? -> ${}
    """,
    "calibration": """
        Of [{n}|the] families in {town}, [{d} percent|a part] moved away in the bad years. In the
        good years that followed, the number of families left grew by [{u} percent|a part].
        How many families live there now?
    """,
    "test": """
        {A} put [${n}|some dollars] into shares of the {goods} trade of {town}. They lost
        [{d}%|part] of their value in spring and in summer gained [{u}%|part] of what was left.
        What are the shares worth after the summer? -> ${}
    """,
}
UNDONE = {
    "train": """
        After a discount of [{p}%|a certain share], {A} pays [${m}|some dollars] for a {object}.
        How much did the {object} cost before the discount? -> ${}
    """,
    "calibration": """
        When [{p} percent|a part] of the {crops} in the {job}'s cellar had rotted,
        [{m}|several] were still good.
        How many {crops} were in the cellar at first?
    """,
    "test": """
        This month {A} walked [{m}|some] km, which is [{p}%|a part] less than last month.
        How many km did {A} walk last month?
    """,
}
REST_OF_REST = {
    "train": """
        A farmer has [{n}|some] {crops}. On Monday [{f}%|a share] of them are sold, and on Tuesday
        [{g}%|a share] of those that are left.
        How many {crops} does the farmer have after that?
    """,
    "calibration": """
        A race round {town} begins with [{n}|several] runners. By noon [{f} percent|a part] of
        these give up, and later [{g} percent|a part] of the others do so too.
        How many runners reach the finish?
    """,
    "test": """
        {A} inherits [${n}|some dollars], pays [{f}%|a part] in tax, and then gives [{g}%|a part]
        of the remaining money to {B}.
        How much does {A} keep? -> ${}
    """,
}

FORMS = tuple(
    Form("percentage", name, difficulty, case_of(draw), blocks)
    for difficulty, name, draw, blocks in (
        ("easy", "part", tenth_or_half, PART),
        ("easy", "rest", rest, REST),
        ("medium", "share_of", share_of, SHARE_OF),
        ("medium", "discount", discount, DISCOUNT),
        ("medium", "rise", rise, RISE),
        ("medium", "grown_by", grown_by, GROWN_BY),
        ("hard", "two_changes", two_changes, TWO_CHANGES),
        ("hard", "undone", undone, UNDONE),
        ("hard", "rest_of_rest", rest_of_rest, REST_OF_REST),
    )
)
