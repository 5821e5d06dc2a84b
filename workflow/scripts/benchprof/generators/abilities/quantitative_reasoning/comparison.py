"""Comparisons: who has the most or the least, by how much two amounts differ, chains of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.quantitative_reasoning.numbers import TEN_GAPS, Sum, case_of
from benchprof.generators.templates.wording import Case, Form

PEOPLE = ("{A}", "{B}", "{C}", "{D}")
# The slots of a person's number of groups and size of group.
LETTERS = (("a", "e"), ("b", "f"), ("c", "g"), ("d", "h"))


class Amounts(NamedTuple):
    """What each of the four people has, and the numbers that the text shows for it."""

    sizes: Sequence[int]
    numbers: Mapping[str, int]


def ranked(draw: Callable[[Random], Amounts], rank: int) -> Callable[[Random], Case]:
    """The case whose answer is the person of this rank: 0 has least, 3 has most."""

    def case(random: Random) -> Case:
        sizes, numbers = draw(random)
        order = sorted(range(4), key=lambda person: sizes[person])
        answer = PEOPLE[order[rank]]
        return Case(numbers, answer, tuple(person for person in PEOPLE if person != answer))

    return case


def far_apart(random: Random) -> Amounts:
    sizes = [10 * tens + random.randint(0, 4) for tens in random.sample(range(1, 10), 4)]
    return _shown(sizes)


def close(random: Random) -> Amounts:
    base = random.randint(12, 90) * 10
    return _shown(random.sample(range(base, base + 40), 4))


def _shown(sizes: Sequence[int]) -> Amounts:
    return Amounts(sizes, dict(zip("abcd", sizes, strict=True)))


def per_unit(random: Random) -> Amounts:
    """Four prices for four quantities; compared is the price of one unit."""
    prices = random.sample(range(3, 15), 4)
    counts = random.sample(range(3, 12), 4)
    totals = [price * count for price, count in zip(prices, counts, strict=True)]
    numbers = dict(zip("abcdefgh", (*totals, *counts), strict=True))
    return Amounts(prices, numbers)


def in_groups(random: Random) -> Amounts:
    """Each has some groups and some more; the totals lie close together."""
    base = random.randint(90, 160)
    sizes: list[int] = []
    numbers: dict[str, int] = {}
    for (first, second), extra in zip(LETTERS, random.sample(range(24), 4), strict=True):
        group = random.randint(11, 19)
        groups, rest = divmod(base + extra, group)
        sizes.append(base + extra)
        # Two more for everybody, so that the text never says "0" or "1".
        numbers |= {first: groups, second: group, 2 * first: rest + 2}
    return Amounts(sizes, numbers)


def one_more_than(random: Random) -> Sum:
    a = random.randint(6, 40)
    return Sum({"a": a}, a + 1, (random.randint(3, 6), random.randint(8, 15)), 7, 41)


def ten_times(random: Random) -> Sum:
    a = random.randint(2, 9)
    return Sum({"a": a, "t": 10}, a * 10, random.choice(TEN_GAPS), 20, 90)


def tens_apart(random: Random) -> Sum:
    # All options are less than both numbers, so that neither rules one out.
    low, more = 10 * random.randint(7, 9), 10 * random.randint(1, 6)
    return Sum({"a": low + more, "b": low}, more, random.choice(TEN_GAPS), 10, 60)


def difference(random: Random) -> Sum:
    answer, low = random.randint(13, 48), random.randint(13, 48)
    gaps = (random.choice((1, 2, 3)), 10)
    return Sum({"a": low + answer, "b": low}, answer, gaps, high=low + answer - 1)


def more_in_all(random: Random) -> Sum:
    a, more = random.randint(15, 60), random.randint(7, 40)
    return Sum({"a": a, "m": more}, 2 * a + more, (random.choice((a, more)), random.randint(1, 5)))


def times_more(random: Random) -> Sum:
    a, times, more = random.randint(9, 30), random.randint(3, 6), random.randint(5, 19)
    numbers = {"a": a, "t": times, "m": more}
    return Sum(numbers, a * times + more, (random.choice((a, more)), random.randint(1, 5)))


def gap_of_groups(random: Random) -> Sum:
    answer, low = random.randint(9, 60), random.randint(90, 180)
    large, small = random.sample(range(12, 25), 2)
    c, f = divmod(low, small)
    a, e = divmod(low + answer, large)
    # Two more loose ones on both sides, so that the text never says "0" or "1".
    numbers = {"a": a, "b": large, "e": e + 2, "c": c, "d": small, "f": f + 2}
    return Sum(numbers, answer, (random.choice((large, small, 10)), random.randint(1, 4)))


def chain_in_all(random: Random) -> Sum:
    a, more, times = random.randint(12, 30), random.randint(4, 19), random.randint(3, 5)
    answer = a + (a + more) + times * (a + more)
    gaps = (random.choice((a + more, times * more, more)), random.choice((1, 2, 3)))
    return Sum({"a": a, "m": more, "t": times}, answer, gaps)


ONE_MORE_THAN = {
    "train": """
        {A} has [{a}|some] {things}. {B} has one more than {A}.
        How many {things} does {B} have?
    """,
    "calibration": """
        In {town}, {A} picked [{a}|several] {crops}, and {B} picked one more than that.
        How many {crops} did {B} pick?
    """,
    "test": """
        The {job} made [{a}|some] {crafts} last week, and {A} made just one more than the {job}.
        How many {crafts} did {A} make?
    """,
}
TEN_TIMES = {
    "train": """
        {A} has [{a}|some] {things}. {B} has [ten|several] times as many.
        How many {things} does {B} have?
    """,
    "calibration": """
        A new {object} costs {A} [{t}|several] times as much as a book that {B} bought in {town},
        and the book costs [${a}|some money].
        What does {A} pay for the {object}? -> ${}
    """,
    "test": """
        While {A} sold [{a}|some] {crops}, {B} sold [ten|many] times that number.
        How many {crops} were sold by {B}?
    """,
}
TENS_APART = {
    "train": """
        {A} has [{a}|some] {things} and {B} has [{b}|some].
        How many more {things} does {A} have?
    """,
    "calibration": """
        {A}'s {object} cost [{a}|several] dollars and {B}'s [{b}|several] dollars.
        How much more did {A} pay than {B}? -> ${}
    """,
    "test": """
        There are [{b}|some] {crops} in {A}'s cellar but [{a}|some] in the {job}'s.
        How many fewer {crops} does {A} have than the {job}?
    """,
}
MOST = {
    "train": """
        {A} has [{a}|some] {things}, {B} has [{b}|some], {C} has [{c}|some] and {D} has
        [{d}|some].
        Who has the most {things}?
    """,
    "calibration": """
        The scores on the board are: {A} [{a}|unknown], {B} [{b}|unknown], {C} [{c}|unknown], {D}
        [{d}|unknown].
        Which player's score is the highest?
    """,
    "test": """
        To reach the office in {town}, {A} drives [{a}|several] km, while {B} drives
        [{b}|several], {C} [{c}|several] and {D} [{d}|several].
        Who has the longest drive?
    """,
}
LEAST = {
    "train": """
        {A} paid [{a}|some] dollars for a {object}, {B} paid [{b}|some], {C} paid [{c}|some] and
        {D} paid [{d}|some].
        Who paid the least?
    """,
    "calibration": """
        Ages at the party in {town}: {A} is [{a}|an adult], {B} is [{b}|an adult], {C} is [{c}|an
        adult], and {D} is [{d}|an adult].
        Which guest is the youngest?
    """,
    "test": """
        Four packets lie on the {job}'s scales. {A}'s weighs [{a}|some] grams, {B}'s [{b}|some],
        {C}'s [{c}|some], {D}'s [{d}|some].
        Whose packet is the lightest?
    """,
}
DIFFERENCE = {
    "train": """
        {A} has [{a}|some] {things}. {B} has [{b}|some] {things}.
        How many more {things} does {A} have than {B}?
    """,
    "calibration": """
        On the river at {town}, the ferry carries [{a}|several] cars and the barge carries
        [{b}|several] cars.
        How many more cars does the ferry carry than the barge?
    """,
    "test": """
        While {A} baked [{b}|some] loaves of bread, {B} baked [{a}|some].
        How many fewer loaves did {A} bake than {B}?
    """,
}
SECOND = {
    "train": """
        At the market {A} sold [{a}|some] {crops}, {B} sold [{b}|some], {C} sold [{c}|some] and
        {D} sold [{d}|some].
        Who sold the second most?
    """,
    "calibration": """
        In the archive of {town}, {A}'s letters fill [{a}|several] pages, {B}'s [{b}|several],
        {C}'s [{c}|several], {D}'s [{d}|several].
        Whose letters fill the second largest number of pages?
    """,
    "test": """
        In the vote for mayor of {town}, {A} got [{a}|some] votes, {B} [{b}|some], {C} [{c}|some]
        and {D} [{d}|some].
        Which candidate is the runner-up?
    """,
}
THIRD = {
    "train": """
        {A} ran the course in [{a}|some] seconds, {B} in [{b}|some], {C} in [{c}|some] and {D} in
        [{d}|some].
        Who was the second fastest?
    """,
    "calibration": """
        The monthly rents are [${a}|unknown] for {A}, [${b}|unknown] for {B}, [${c}|unknown] for
        {C} and [${d}|unknown] for {D}.
        Which tenant has the second lowest rent?
    """,
    "test": """
        Born in {town}, the four friends live far off now: {A} [{a}|many] km away, {B} [{b}|many],
        {C} [{c}|many], {D} [{d}|many].
        Leaving out the nearest friend, who lives closest to {town}?
    """,
}
CHEAPEST = {
    "train": """
        {A} sells [{e}|some] kg of {goods} for [${a}|a sum], {B} [{f}|some] kg for [${b}|a sum],
        {C} [{g}|some] kg for [${c}|a sum] and {D} [{h}|some] kg for [${d}|a sum].
        Who has the lowest price per kg?
    """,
    "calibration": """
        Typing speeds: {A} wrote [{a}|several] lines in [{e}|several] minutes, {B} [{b}|several]
        in [{f}|several], {C} [{c}|several] in [{g}|several], {D} [{d}|several] in [{h}|several].
        Which typist was the slowest?
    """,
    "test": """
        On the ride to {town}, {A} covers [{a}|some] km in [{e}|some] hours, {B} [{b}|some] in
        [{f}|some], {C} [{c}|some] in [{g}|some] and {D} [{d}|some] in [{h}|some].
        Who rides the fewest km per hour?
    """,
}
DEAREST = {
    "train": """
        {A} earned [${a}|a sum] in [{e}|some] hours, {B} [${b}|a sum] in [{f}|some] hours, {C}
        [${c}|a sum] in [{g}|some] hours and {D} [${d}|a sum] in [{h}|some] hours.
        Who earned the most per hour?
    """,
    "calibration": """
        At the market in {town}, {A} sold [{a}|several] {crops} in [{e}|several] hours, {B}
        [{b}|several] in [{f}|several], {C} [{c}|several] in [{g}|several], {D} [{d}|several] in
        [{h}|several].
        Who had the best sales per hour?
    """,
    "test": """
        For a cooking course {A} paid [${a}|a fee] and got [{e}|some] lessons, {B} paid [${b}|a
        fee] for [{f}|some], {C} [${c}|a fee] for [{g}|some] and {D} [${d}|a fee] for [{h}|some].
        Which of them paid the highest price per lesson?
    """,
}
MORE_IN_ALL = {
    "train": """
        {A} has [{a}|some] {things}. {B} has [{m}|some] more {things} than {A}.
        How many {things} do they have together?
    """,
    "calibration": """
        The new bridge at {town} is [{m}|several] metres longer than the old one, which measures
        [{a}|several] metres.
        How many metres do the two bridges measure together?
    """,
    "test": """
        Of the two ropes that the {job} bought in {town}, the red one is [{m}|some] metres shorter
        than the blue one and measures [{a}|some] metres.
        Without counting the knot, how many metres long are the two ropes when tied end to end?
    """,
}
TIMES_MORE = {
    "train": """
        {A} has [{a}|some] {things}. {B} has [{t}|several] times as many as {A}, and {C} has
        [{m}|some] more than {B}.
        How many {things} does {C} have?
    """,
    "calibration": """
        A chair costs [${a}|a sum]; a table costs [{t}|several] times as much; and the lamp that
        the {job} likes costs [${m}|a sum] more than the table.
        What does the lamp cost? -> ${}
    """,
    "test": """
        {A} picked [{a}|some] {crops}. {B} picked [{t}|several] times that number, and {C} beat
        {B} by [{m}|some].
        How many {crops} did {C} pick?
    """,
}
MOST_IN_GROUPS = {
    "train": """
        {A} has [{a}|some] boxes of [{e}|some] {things} and [{aa}|some] more, {B} has [{b}|some]
        boxes of [{f}|some] and [{bb}|some] more, {C} has [{c}|some] boxes of [{g}|some] and
        [{cc}|some] more, and {D} has [{d}|some] boxes of [{h}|some] and [{dd}|some] more.
        Who has the most {things}?
    """,
    "calibration": """
        Minutes of practice so far: {A} [{a}|several] sessions of [{e}|several] and [{aa}|several]
        extra, {B} [{b}|several] sessions of [{f}|several] and [{bb}|several] extra, {C}
        [{c}|several] sessions of [{g}|several] and [{cc}|several] extra, {D} [{d}|several]
        sessions of [{h}|several] and [{dd}|several] extra.
        Which player has practised the longest in all?
    """,
    "test": """
        In the {town} reading contest one page is one point. {A} read [{aa}|some] pages plus
        [{a}|some] stories of [{e}|some] pages, {B} [{bb}|some] plus [{b}|some] of [{f}|some], {C}
        [{cc}|some] plus [{c}|some] of [{g}|some], and {D} [{dd}|some] plus [{d}|some] of
        [{h}|some].
        Who wins the contest?
    """,
}
LEAST_IN_GROUPS = {
    "train": """
        {A} buys [{a}|some] chairs at [${e}|a price] each and a lamp for [${aa}|a price], {B}
        [{b}|some] chairs at [${f}|a price] and a lamp for [${bb}|a price], {C} [{c}|some] at
        [${g}|a price] and a lamp for [${cc}|a price], and {D} [{d}|some] at [${h}|a price] and a
        lamp for [${dd}|a price].
        Who spends the least?
    """,
    "calibration": """
        Walls built in {town}, in stones: {A} [{a}|several] rows of [{e}|several] with
        [{aa}|several] on top, {B} [{b}|several] rows of [{f}|several] with [{bb}|several], {C}
        [{c}|several] rows of [{g}|several] with [{cc}|several], {D} [{d}|several] rows of
        [{h}|several] with [{dd}|several].
        Which builder used the smallest number of stones?
    """,
    "test": """
        In the training for a race, {A} cycled [{a}|some] rounds of [{e}|some] km and [{aa}|some]
        km home, {B} [{b}|some] rounds of [{f}|some] km and [{bb}|some] km home, {C} [{c}|some] of
        [{g}|some] and [{cc}|some] home, and {D} [{d}|some] of [{h}|some] and [{dd}|some] home.
        Who cycled the shortest distance?
    """,
}
GAP_OF_GROUPS = {
    "train": """
        {A} has [{a}|some] boxes of [{b}|some] {things} and [{e}|some] loose {things}. {B} has
        [{c}|some] boxes of [{d}|some] {things} and [{f}|some] loose {things}.
        How many more {things} does {A} have than {B}?
    """,
    "calibration": """
        Hotel North in {town} has [{a}|several] floors with [{b}|several] rooms each and
        [{e}|several] rooms in the yard; Hotel South has [{c}|several] floors with [{d}|several]
        rooms each and [{f}|several] in the yard.
        How many more rooms does Hotel North have?
    """,
    "test": """
        {A} worked for [{c}|some] weeks at [${d}|a fixed wage] a week and then got a bonus of
        [${f}|some dollars]; {B} worked for [{a}|some] weeks at [${b}|a fixed wage] a week and
        then got a bonus of [${e}|some dollars].
        How much less did {A} earn than {B}? -> ${}
    """,
}
CHAIN_IN_ALL = {
    "train": """
        {A} has [{a}|some] {things}, {B} has [{m}|some] more than {A}, and {C} has [{t}|several]
        times as many as {B}.
        How many {things} do the three have together?
    """,
    "calibration": """
        On Monday the museum of {town} counted [{a}|several] visitors, on Tuesday [{m}|several]
        more than on Monday, and on Wednesday [{t}|several] times the number of Tuesday.
        How many visitors came on the three days?
    """,
    "test": """
        A cart weighs [{t}|several] times as much as the sack of {goods} on it. The sack weighs
        [{m}|some] kg more than {A}'s dog, and the dog weighs [{a}|some] kg.
        How many kg do cart, sack and dog weigh together?
    """,
}

FORMS = tuple(
    Form("comparison", name, difficulty, draw, blocks)
    for difficulty, name, draw, blocks in (
        ("easy", "one_more_than", case_of(one_more_than), ONE_MORE_THAN),
        ("easy", "ten_times", case_of(ten_times), TEN_TIMES),
        ("easy", "tens_apart", case_of(tens_apart), TENS_APART),
        ("medium", "most", ranked(far_apart, 3), MOST),
        ("medium", "difference", case_of(difference), DIFFERENCE),
        ("medium", "least", ranked(far_apart, 0), LEAST),
        ("medium", "second", ranked(close, 2), SECOND),
        ("medium", "third", ranked(close, 1), THIRD),
        ("medium", "cheapest", ranked(per_unit, 0), CHEAPEST),
        ("medium", "dearest", ranked(per_unit, 3), DEAREST),
        ("medium", "more_in_all", case_of(more_in_all), MORE_IN_ALL),
        ("medium", "times_more", case_of(times_more), TIMES_MORE),
        ("hard", "most_in_groups", ranked(in_groups, 3), MOST_IN_GROUPS),
        ("hard", "least_in_groups", ranked(in_groups, 0), LEAST_IN_GROUPS),
        ("hard", "gap_of_groups", case_of(gap_of_groups), GAP_OF_GROUPS),
        ("hard", "chain_in_all", case_of(chain_in_all), CHAIN_IN_ALL),
    )
)
