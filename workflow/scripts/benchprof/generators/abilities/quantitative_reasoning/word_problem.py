"""Word problems: adding, taking away, groups and shares, in one to three steps."""

from __future__ import annotations

from random import Random

from benchprof.generators.abilities.quantitative_reasoning.numbers import (
    TEN_GAPS,
    Sum,
    case_of,
    multiples,
    whole,
)
from benchprof.generators.templates.wording import Form


def one_more(random: Random) -> Sum:
    a = random.randint(6, 40)
    return Sum({"a": a}, a + 1, (random.randint(3, 6), random.randint(8, 15)), 7, 41)


def one_less(random: Random) -> Sum:
    a = random.randint(6, 40)
    return Sum({"a": a}, a - 1, (random.randint(3, 6), random.randint(8, 15)), 5, 39)


def tens(random: Random) -> Sum:
    a = random.randint(2, 9)
    return Sum({"a": a, "b": 10}, a * 10, random.choice(TEN_GAPS), 20, 90)


def add(random: Random) -> Sum:
    a, b = random.sample(range(12, 60), 2)
    return Sum({"a": a, "b": b}, a + b, (random.choice((1, 2, 3)), 10))


def take(random: Random) -> Sum:
    a, b = random.randint(41, 95), random.randint(12, 29)
    return Sum({"a": a, "b": b}, a - b, (random.choice((1, 2, 3)), 10), high=a - 1)


def times(random: Random) -> Sum:
    a, b = random.sample(range(3, 13), 2)
    return Sum({"a": a, "b": b}, a * b, multiples(b, random), 3 * b, 12 * b)


def share(random: Random) -> Sum:
    each, groups = random.randint(6, 24), random.randint(3, 9)
    gaps = (random.randint(1, 2), random.randint(4, 6))
    return Sum({"a": each * groups, "b": groups}, each, gaps, 6, 24)


def change(random: Random) -> Sum:
    a, b, c = random.randint(25, 95), random.randint(12, 60), random.randint(11, 24)
    return Sum({"a": a, "b": b, "c": c}, a + b - c, (c, random.choice((1, 2, 10))))


def groups_and_more(random: Random) -> Sum:
    a, b, c = random.randint(4, 9), random.randint(6, 15), random.randint(7, 24)
    return Sum({"a": a, "b": b, "c": c}, a * b + c, (random.choice((b, c)), random.randint(1, 5)))


def groups_less(random: Random) -> Sum:
    a, b, c = random.randint(4, 9), random.randint(8, 15), random.randint(5, 19)
    return Sum({"a": a, "b": b, "c": c}, a * b - c, (random.choice((b, c)), random.randint(1, 4)))


@whole
def pool(random: Random) -> Sum | None:
    a, b, c = random.randint(20, 90), random.randint(15, 70), random.randint(3, 8)
    if (a + b) % c:
        return None
    return Sum({"a": a, "b": b, "c": c}, (a + b) // c, (random.randint(1, 2), random.randint(3, 6)))


def two_kinds(random: Random) -> Sum:
    a, b, c, d = *random.sample(range(4, 10), 2), *random.sample(range(12, 29), 2)
    e = random.randint(15, 39)
    answer = a * c + b * d - e
    gaps = (random.choice((e, c, d, 10)), random.choice((1, 2, 5, 20)))
    return Sum({"a": a, "b": b, "c": c, "d": d, "e": e}, answer, gaps)


def budget(random: Random) -> Sum:
    a, b, c, d = *random.sample(range(3, 9), 2), *random.sample(range(11, 26), 2)
    start = random.randint(30, 50) * 10
    gaps = (random.choice((c, d, 10)), random.choice((1, 2, 5, 20)))
    return Sum({"s": start, "a": a, "b": b, "c": c, "d": d}, start - a * c - b * d, gaps)


@whole
def repack(random: Random) -> Sum | None:
    a, b, c, d = (random.randint(*ends) for ends in ((6, 14), (11, 24), (10, 40), (3, 9)))
    if (a * b - c) % d:
        return None
    gaps = (random.randint(1, 2), random.randint(3, 5))
    return Sum({"a": a, "b": b, "c": c, "d": d}, (a * b - c) // d, gaps)


ONE_MORE = {
    "train": """
        {A} has [{a}|some] {things} and buys one more in {town}.
        How many {things} does {A} have now?

        {A} had [{a}|some] {things}, and then {B} gave {A} one more.
        How many {things} does {A} have?
    """,
    "calibration": """
        There were [{a}|several] {crops} in {B}'s basket when {A} put in one more.
        How many {crops} are in the basket now?
    """,
    "test": """
        The {job} counted [{a}|some] {things} in {town} and later found one more.
        In all, how many {things} were there?
    """,
}
ONE_LESS = {
    "train": """
        {A} had [{a}|some] {things} and lost one of them in {town}.
        How many {things} does {A} have now?

        There were [{a}|some] {crops} on the table, and {A} took one away.
        How many {crops} are left on the table?
    """,
    "calibration": """
        Of [{a}|the] {crafts} that {A} made for {B}, just one broke on the way.
        How many {crafts} stayed whole?
    """,
    "test": """
        The {job} was carrying [{a}|some] {things} and dropped one in {town}.
        How many {things} was the {job} still carrying?
    """,
}
TENS = {
    "train": """
        {A} has [{a}|some] boxes with [10|equally many] {things} in each box.
        How many {things} does {A} have?

        In a shop in {town} there are [{a}|some] bags, and in each bag there are [10|equally many] {things}.
        How many {things} are there?
    """,
    "calibration": """
        {A} lays out {crops} in [{a}|several] rows, with [10|equally many] in every row.
        How many {crops} does {A} lay out?
    """,
    "test": """
        The {job} in {town} filled [{a}|some] shelves, putting [10|the same number of] {things} on
        every shelf.
        How many {things} are on the shelves?
    """,
}
ADD = {
    "train": """
        {A} has [{a}|some] {things} and gets [{b}|some] more from {B}.
        How many {things} does {A} have now?

        There are [{a}|some] {things} in the drawer and [{b}|some] on the shelf.
        How many {things} are there in all?
    """,
    "calibration": """
        At the market in {town}, {A} bought [{a}|several] {things} before lunch and [{b}|several]
        after it.
        How many {things} did {A} buy there in total?
    """,
    "test": """
        {A}'s shop sold [{a}|some] {things} yesterday and [{b}|some] today.
        Over the two days, how many {things} were sold?
    """,
}
TAKE = {
    "train": """
        {A} had [{a}|some] {things} and gave [{b}|some] of them to {B}.
        How many {things} did {A} have left?

        A box holds [{a}|several] {things}. The {job} takes [{b}|some] of them out.
        How many {things} are still in the box?
    """,
    "calibration": """
        Of the [{a}|many] {things} that {A} collected in {town}, [{b}|some] were lost on the way
        home.
        How many {things} did {A} keep?
    """,
    "test": """
        The {job} started the morning with [{a}|enough] {things} to sell, and by the evening
        [{b}|some] of the {things} had been sold.
        How many {things} remained?
    """,
}
TIMES = {
    "train": """
        {A} fills [{a}|some] bags with [{b}|the same number of] {things} each.
        How many {things} are in the bags altogether?
    """,
    "calibration": """
        Every tray in {A}'s kitchen carries [{b}|a fixed number of] {crops}, and the kitchen
        has [{a}|several] trays.
        How many {crops} do the trays carry together?
    """,
    "test": """
        {A} invited [{a}|some] friends, and each friend brought [{b}|the same number of] {things}
        as a present.
        How many {things} did {A} receive?
    """,
}
SHARE = {
    "train": """
        {A} shares [{a}|some] {things} equally among [{b}|some] children.
        How many {things} does each child get?
    """,
    "calibration": """
        The {job} packs [{a}|all the] {things} into [{b}|several] crates, with the same number in
        every crate.
        How many {things} go into one crate?
    """,
    "test": """
        When {A} retired, [{b}|the] colleagues divided [{a}|the] old {things} from the office
        evenly among themselves.
        How many {things} did each colleague get?
    """,
}
CHANGE = {
    "train": """
        {A} owned [{a}|some] {things}. On Friday {A} bought [{b}|some] more, and on Saturday {A}
        sold [{c}|some] of them.
        How many {things} does {A} own now?
    """,
    "calibration": """
        A store in {town} had [{a}|a stock of] {things} at opening time. A van delivered
        [{b}|several] more, and customers took home [{c}|several].
        How many {things} are in the store at the end?
    """,
    "test": """
        After [{b}|some] {things} from {B} were added to the [{a}|ones] that {A} already kept in
        the shed, [{c}|some] turned out to be damaged and were thrown away.
        How many {things} stayed in the shed?
    """,
}
GROUPS_AND_MORE = {
    "train": """
        {A} buys [{a}|some] boxes of [{b}|the same number of] {things} and finds [{c}|some] more
        {things} at home.
        How many {things} does {A} have in total?
    """,
    "calibration": """
        In the hall of {town} school, [{a}|several] tables hold [{b}|an equal number of] {things}
        each, and one more table holds [{c}|several].
        How many {things} do all the tables hold?
    """,
    "test": """
        For [{a}|some] days in a row {A} painted [{b}|a fixed number of] {crafts} a day, and on
        the day after that {A} painted [{c}|some] to finish the order.
        How many {crafts} were in the order?
    """,
}
GROUPS_LESS = {
    "train": """
        There were [{a}|some] rows of [{b}|equally many] {things} on the stall. {A} then bought
        [{c}|some] of the {things}.
        How many {things} were left on the stall?
    """,
    "calibration": """
        The {job} ordered [{a}|several] packs with [{b}|an equal number of] {things} in each. Of
        these {things}, [{c}|several] came damaged.
        How many {things} came undamaged?
    """,
    "test": """
        Before giving [{c}|some] away to {B}, {A} had exactly enough {things} to put [{b}|the same
        number] on each of [{a}|the] shelves.
        How many {things} did {A} keep?
    """,
}
POOL = {
    "train": """
        {A} has [{a}|some] {things} and {B} has [{b}|some]. They put them together and pack them
        in [{c}|some] equal boxes.
        How many {things} go in each box?
    """,
    "calibration": """
        Two sacks, one with [{a}|several] {things} and one with [{b}|several], are emptied, and
        everything is dealt out evenly to [{c}|the] players at the table.
        How many {things} does each player get?
    """,
    "test": """
        The {crops} that {A} picked, [{a}|some] in the morning and [{b}|some] in the afternoon,
        were split evenly between [{c}|the] neighbours.
        How many {crops} did one neighbour receive?
    """,
}
TWO_KINDS = {
    "train": """
        A farm fills [{a}|some] crates with [{c}|equally many] {crops} each and [{b}|some] sacks
        with [{d}|equally many] each. Then {A} takes away [{e}|some] {crops} that are bad.
        How many {crops} are left?

        {A} made [{c}|a fixed number of] {crafts} a day for [{a}|some] days, {B} made [{d}|a fixed
        number] a day for [{b}|some] days, and they sold [{e}|some] {crafts}.
        How many {crafts} do they still have?
    """,
    "calibration": """
        The fair in {town} sells {things} in [{a}|several] green packs of [{c}|one size] and
        [{b}|several] white packs of [{d}|another size]. During the fair [{e}|several] {things}
        fall out and are lost.
        How many {things} are left in the packs?
    """,
    "test": """
        Each of [{a}|the] lorries unloads [{c}|a load of] {things}, and each of [{b}|the] vans
        unloads [{d}|a load]. A check by {A} shows that [{e}|some] {things} have to go back.
        How many {things} does {A} accept?
    """,
}
BUDGET = {
    "train": """
        {A} has [{s}|some] dollars and buys [{a}|some] tickets at [{c}|a fixed number of] dollars
        each and [{b}|some] meals at [{d}|a fixed number of] dollars each.
        How many dollars does {A} have left? -> ${}
    """,
    "calibration": """
        The club of {town} saved [${s}|a sum of money]. It paid for [{a}|several] balls that cost
        [${c}|an equal amount] apiece and for [{b}|several] shirts that cost [${d}|an equal
        amount] apiece.
        How much of the club's money remains? -> ${}
    """,
    "test": """
        Out of a wage of [${s}|some dollars], {A} pays the dentist for [{a}|some] visits, at
        [${c}|one fixed price] a visit, and {B} for [{b}|some] lessons, at [${d}|one fixed price]
        a lesson.
        How much of the wage does {A} keep? -> ${}
    """,
}
REPACK = {
    "train": """
        {A} had [{a}|some] boxes of [{b}|equally many] {things}. After {A} used [{c}|some]
        {things}, the rest were put in bags of [{d}|equal size].
        How many bags were filled?
    """,
    "calibration": """
        From [{a}|several] bundles with [{b}|an equal number of] {things} in each, the {job} set
        aside [{c}|several] {things} and handed the others out evenly to [{d}|the] helpers.
        How many {things} did each helper get?
    """,
    "test": """
        A hall has [{a}|some] rows of [{b}|equally many] seats. On the night of the concert in
        {town} [{c}|some] seats stay empty, and the listeners go home in full minibuses that take
        [{d}|a fixed number of people] each.
        How many minibuses are needed?
    """,
}

FORMS = tuple(
    Form("word_problem", name, difficulty, case_of(draw), blocks)
    for difficulty, name, draw, blocks in (
        ("easy", "one_more", one_more, ONE_MORE),
        ("easy", "tens", tens, TENS),
        ("easy", "one_less", one_less, ONE_LESS),
        ("medium", "add", add, ADD),
        ("medium", "take", take, TAKE),
        ("medium", "times", times, TIMES),
        ("medium", "share", share, SHARE),
        ("medium", "change", change, CHANGE),
        ("medium", "groups_and_more", groups_and_more, GROUPS_AND_MORE),
        ("medium", "groups_less", groups_less, GROUPS_LESS),
        ("medium", "pool", pool, POOL),
        ("hard", "two_kinds", two_kinds, TWO_KINDS),
        ("hard", "budget", budget, BUDGET),
        ("hard", "repack", repack, REPACK),
    )
)
