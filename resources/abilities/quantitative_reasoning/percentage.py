"""Percentages: a share of a number, rises and discounts, chained changes, changes undone."""

from __future__ import annotations

from math import gcd
from random import Random

from generation.wording import Form
from quantitative_reasoning.numbers import Sum, case_of, whole

STEPS = ((5, 20), (10, 25), (5, 15))


def tenth_or_half(random: Random) -> Sum:
    percent, answer = random.choice((10, 50)), random.randint(3, 30)
    gaps = (random.randint(2, 5), random.randint(7, 14))
    return Sum({"p": percent, "n": answer * 100 // percent}, answer, gaps)


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
    percent, unit = random.choice((5, 10, 15, 20, 30, 35, 40, 60)), random.randint(2, 20)
    answer = unit * (20 - percent // 5)
    gaps = (random.choice((unit, 2 * unit)), random.choice((3, 5)))
    return Sum({"p": percent, "n": 20 * unit}, answer, gaps)


def rise(random: Random) -> Sum:
    percent, unit = random.choice((5, 10, 15, 20, 30, 35, 40, 60)), random.randint(2, 20)
    answer = unit * (20 + percent // 5)
    gaps = (random.choice((unit, 2 * unit)), random.choice((3, 5)))
    return Sum({"p": percent, "n": 20 * unit}, answer, gaps)


def grown_by(random: Random) -> Sum:
    """By what percentage a number has changed, up or down according to the wording."""
    unit, steps = random.choice((2, 3, 4, 6, 7, 8)), random.randint(2, 14)
    numbers = {"a": 20 * unit, "b": unit * (20 + steps), "c": unit * (20 - steps)}
    return Sum(numbers, steps * 5, random.choice(STEPS), 10, 70)


@whole
def two_changes(random: Random) -> Sum | None:
    start, up, down = random.randint(3, 24) * 20, *random.sample((5, 10, 15, 20, 25, 30, 40), 2)
    answer, remainder = divmod(start * (100 + up) * (100 - down), 10_000)
    if remainder or answer == start:
        return None
    # Adding the two percentages up is the usual mistake.
    mistake = abs(answer - start * (100 + up - down) // 100)
    gaps = (mistake or 10, random.choice((1, 2, 3)) if mistake > 3 else 5)
    return Sum({"n": start, "u": up, "d": down}, answer, gaps)


def undone(random: Random) -> Sum:
    percent = random.choice((5, 15, 20, 30, 35, 40))
    # Only multiples of `grain` can be answers, so the wrong options are multiples of it as well.
    grain = 100 // gcd(percent, 100)
    answer = grain * random.randint(60 // grain, 360 // grain)
    after = answer * (100 - percent) // 100
    # Taking the percentage of the reduced price is the usual mistake.
    mistake = answer - after * (100 + percent) // 100
    steps = max(1, round(mistake / grain))
    return Sum({"p": percent, "m": after}, answer, (steps * grain, 2 * grain + steps * grain))


@whole
def rest_of_rest(random: Random) -> Sum | None:
    start, first, then = random.randint(3, 40) * 20, *random.sample((5, 10, 15, 20, 30, 40, 60), 2)
    answer, remainder = divmod(start * (100 - first) * (100 - then), 10_000)
    if remainder:
        return None
    mistake = start * first * then // 10_000  # the second share taken of the whole
    gaps = (mistake, random.choice((1, 2, 3)) if mistake > 3 else 5)
    return Sum({"n": start, "f": first, "g": then}, answer, gaps)


PART = {
    "train": """
        {A} has [{n}|some] {things}. [{p}%|Some] of them are {colour}.
        How many {things} are {colour}?

        There are [{n}|many] pupils in the school, and [{p}%|some] of them play the {instrument}.
        How many pupils play the {instrument}?
    """,
    "calibration": """
        The library of {town} lent out [{n}|several] books on {crops} last year, and [{p}
        percent|a part] of those came back late.
        What number of books came back late?
    """,
    "test": """
        Out of a salary of [${n}|one month], {A} puts [{p}%|a part] into savings.
        How much goes into savings? -> ${}

        At a meeting in {town} with [{n}|some] voters, the {job} wins [{p}%|part] of the votes.
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
        As a percentage, how large is the part that is free? -> {}%
    """,
}
SHARE_OF = {
    "train": """
        {A} has [{n}|some] {things}, and [{a}|some] of them are {colour}.
        What percentage of the {things} are {colour}? -> {}%
    """,
    "calibration": """
        In the garden of the {job} stand [{n}|several] trees. When the storm is over,
        [{a}|several] of these still stand.
        What per cent of the trees survived? -> {}%
    """,
    "test": """
        In the games at {town}, {A} aimed [{n}|some] arrows at the target of {B} and hit it with
        [{a}|some] of the arrows.
        As a percentage, how large was the share of hits? -> {}%
    """,
}
DISCOUNT = {
    "train": """
        A {object} costs [${n}|some dollars]. In the sale the price falls by [{p}%|a certain
        share].
        How much does the {object} cost in the sale? -> ${}
    """,
    "calibration": """
        The lake near {town} was [{n}|several] hectares large before the dry years took away [{p}
        percent|a part] of it.
        What is its size now, in hectares?
    """,
    "test": """
        For old customers {A} takes [{p}%|a fixed part] off every bill, and the {job} is an old
        customer with a bill of [${n}|some dollars].
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
        What number of members does it have this season?
    """,
    "test": """
        Once the ticket price of [${n}|some dollars] has gone up by [{p}%|a part], {A} no longer
        goes to the {instrument} concert.
        What is the new ticket price? -> ${}
    """,
}
GROWN_BY = {
    "train": """
        The rent of {A} went up from [{a}|one sum] to [{b}|another sum of] dollars a month.
        By what percentage did the rent go up? -> {}%

        The price of a {object} fell from [{a}|one price] to [{c}|another price in] dollars.
        By what percentage did the price fall? -> {}%
    """,
    "calibration": """
        Where [{a}|several] boats used to fish off {town}, now only [{c}|a part of them] do.
        What is the fall in per cent? -> {}%
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
        good years after these, the number that was left grew by [{u} percent|a part].
        What number of families live there now?
    """,
    "test": """
        {A} put [${n}|some dollars] into shares of a {goods} trader in {town}, which lost
        [{d}%|part] of their value in spring and won [{u}%|part] of what then remained in summer.
        What are the shares worth after the summer? -> ${}
    """,
}
UNDONE = {
    "train": """
        After a discount of [{p}%|a certain share], {A} pays [${m}|some dollars] for a {object}.
        How much did the {object} cost before the discount? -> ${}
    """,
    "calibration": """
        When [{p} percent|a part] of the {crops} in the cellar of the {job} had rotted,
        [{m}|several] were still good.
        What number of {crops} lay in the cellar at first?
    """,
    "test": """
        This month {A} walked [{m}|some] km, which is [{p}%|a part] less than in the month before.
        How many km did {A} walk in the month before?
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
        What number of runners reach the finish?
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
