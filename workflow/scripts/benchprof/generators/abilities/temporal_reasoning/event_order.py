"""Order of events: told in order, told out of order, by stamped times, by pairwise clues.

The slots `first` to `fifth` hold things in their true order, `p1` to `p5` the same things in a
random order. In a text each thing stands equally often, so that counting words gives no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchprof.generators.abilities.temporal_reasoning.moments import MONTHS, NOON, clock, minutes
from benchprof.generators.templates.vocabulary import DISTINCT_NAMES, INVENTED_TOWNS
from benchprof.generators.templates.wording import Case, Form

PLACES = ("first", "second", "third", "fourth", "fifth")

# Events that can stand in any order, so that everyday knowledge gives none away.
EVENTS = (
    "the bank visit", "the bike ride", "the boat trip", "the book club", "the car wash",
    "the card game", "the chess match", "the choir practice", "the concert", "the cooking class",
    "the dance class", "the debate", "the film", "the garden tour", "the guitar lesson",
    "the haircut", "the job interview", "the museum visit", "the painting class", "the phone call",
    "the photo session", "the piano lesson", "the picnic", "the poetry reading", "the puppet show",
    "the quiz", "the shopping trip", "the singing lesson", "the spelling test", "the staff meeting",
    "the swim", "the tennis match", "the theatre visit", "the video call", "the yoga class",
    "the zoo visit",
)  # fmt: skip

NAMES, TOWNS = DISTINCT_NAMES, INVENTED_TOWNS


def in_order(pool: tuple[str, ...], count: int, random: Random) -> dict[str, str]:
    things = random.sample(pool, count)
    mixed = random.sample(things, count)
    slots = dict(zip(PLACES, things, strict=False))
    return slots | {f"p{number}": thing for number, thing in enumerate(mixed, start=1)}


def placed(pool: tuple[str, ...], count: int, place: str) -> Callable[[Random], Case]:
    """Asked is the thing at one place of the order."""

    def case(random: Random) -> Case:
        slots = in_order(pool, count, random)
        others = [name for name in PLACES[:count] if name != place]
        wrong = tuple(f"{{{name}}}" for name in random.sample(others, 3))
        return Case(slots, f"{{{place}}}", wrong)

    return case


def beside(pool: tuple[str, ...], step: int, asked: tuple[int, ...]) -> Callable[[Random], Case]:
    """Asked is what comes just before (-1) or just after (1) one of five things."""

    def case(random: Random) -> Case:
        slots = in_order(pool, 5, random)
        known = random.choice(asked)
        others = [place for place in range(5) if place not in (known, known + step)]
        wrong = tuple(f"{{{PLACES[place]}}}" for place in others)
        return Case(slots | {"asked": slots[PLACES[known]]}, f"{{{PLACES[known + step]}}}", wrong)

    return case


def in_pairs(pool: tuple[str, ...], asked: int) -> Callable[[Random], Case]:
    """Three pairs, each an earlier and a later thing; asked is the partner of one of a pair."""

    def case(random: Random) -> Case:
        things = random.sample(pool, 6)
        pairs = random.sample([things[:2], things[2:4], things[4:]], 3)
        slots = {f"a{number}": pair[0] for number, pair in enumerate(pairs)}
        slots |= {f"b{number}": pair[1] for number, pair in enumerate(pairs)}
        mixed = random.sample(things, 6)
        slots |= {f"p{number}": thing for number, thing in enumerate(mixed, start=1)}
        wrong = tuple(random.sample(things[2:], 3))
        return Case(slots | {"asked": things[asked]}, things[1 - asked], wrong)

    return case


def stamped(
    pool: tuple[str, ...], place: str, stamps: Callable[[Random], list[str]]
) -> Callable[[Random], Case]:
    """Four things with times, `t1` the earliest."""
    draw = placed(pool, 4, place)

    def case(random: Random) -> Case:
        slots, answer, wrong = draw(random)
        times = {f"t{number}": text for number, text in enumerate(stamps(random), start=1)}
        return Case({**slots, **times}, answer, wrong)

    return case


def years(random: Random) -> list[str]:
    start = random.randint(1950, 1985)
    return [str(year) for year in sorted(random.sample(range(start, start + 25), 4))]


def months(random: Random) -> list[str]:
    return [MONTHS[month] for month in sorted(random.sample(range(12), 4))]


def day_times(random: Random) -> list[str]:
    """Times on both sides of noon, so that the order of the bare numbers misleads."""
    times = random.sample(range(8, 12), 2) + random.sample(range(12, 20), 2)
    return [clock(hour * 60 + random.choice((0, 10, 15, 30, 45))) for hour in sorted(times)]


def round_noon(random: Random) -> list[str]:
    """Four times near noon, written in different ways."""
    texts = []
    for offset in sorted(random.sample(range(-85, 90, 5), 4)):
        if offset == 0:
            texts.append("exactly at noon")
        elif random.random() < 0.5:
            texts.append(f"at {clock(NOON + offset)}")
        else:
            texts.append(f"{minutes(abs(offset))} {'before' if offset < 0 else 'after'} noon")
    return texts


PAIR_EARLIER = {
    "train": """
        [{a0} was just before {b0}, {a1} was just before {b1}, and {a2} was just before {b2}.|{p1} was as
        long as {p2}, {p3} was as long as {p4}, and {p5} was as long as {p6}.]
        What was just after {asked}?

        [On Monday {a0} was followed by {b0}, on Tuesday {a1} was followed by {b1}, and on Friday {a2} was
        followed by {b2}.|On Monday {p1} was as good as {p2}, on Tuesday {p3} was as good as {p4}, and on
        Friday {p5} was as good as {p6}.]
        What came after {asked}?
    """,
    "calibration": """
        In {town}, [{a0} took place just ahead of {b0}, {a1} took place just ahead of {b1}, and
        {a2} took place just ahead of {b2}.|{p1} was compared with {p2}, {p3} was compared with
        {p4}, and {p5} was compared with {p6}.]
        What took place right after {asked}?
    """,
    "test": """
        In three pairs of events, [{a0} precedes {b0}, {a1} precedes {b1}, and {a2} precedes {b2}.|{p1} resembles
        {p2}, {p3} resembles {p4}, and {p5} resembles {p6}.]
        Which event follows {asked}?
    """,
}
PAIR_LATER = {
    "train": """
        [{b0} was right after {a0}, {b1} was right after {a1}, and {b2} was right after {a2}.|{p1}
        was as nice as {p2}, {p3} was as nice as {p4}, and {p5} was as nice as {p6}.]
        What was right before {asked}?

        On each of three days {A} had two things: [{b0} later than {a0}, {b1} later than {a1}, and
        {b2} later than {a2}.|{p1} as well as {p2}, {p3} as well as {p4}, and {p5} as well as
        {p6}.]
        What did {A} have earlier on the day of {asked}?
    """,
    "calibration": """
        At the {town} school, [{b0} came directly after {a0}, {b1} came directly after {a1}, and
        {b2} came directly after {a2}.|{p1} was as popular as {p2}, {p3} was as popular as {p4},
        and {p5} was as popular as {p6}.]
        What came directly before {asked}?
    """,
    "test": """
        The {job} heard that [{b0} starts when {a0} ends, that {b1} starts when {a1} ends, and that {b2}
        starts when {a2} ends.|{p1} costs what {p2} costs, that {p3} costs what {p4} costs, and that {p5}
        costs what {p6} costs.]
        Which event ends when {asked} starts?
    """,
}
FIRST_NAME = {
    "train": """
        [{first} arrived first, then {second}, then {third}, and in the end {fourth}.|{p1}, {p2},
        {p3} and {p4} arrived, one after the other, in an unknown order.]
        Who arrived first?
    """,
    "calibration": """
        The swimmers in {town} [start in this order: {first}, {second}, {third}, {fourth}.|start
        in an order yet to be drawn; they are {p1}, {p2}, {p3}, {p4}.]
        Which swimmer starts before all the others?
    """,
    "test": """
        [In the queue at the {job}'s door {first} was served at once, {second} next, {third} after
        that and {fourth} at the end.|In the crowd at the {job}'s door {p1}, {p2}, {p3} and {p4}
        were served, nobody knows when.]
        Who was the earliest to be served?
    """,
}
LAST_EVENT = {
    "train": """
        [{A}'s day began with {first}. Then came {second}, then {third}, and at the end
        {fourth}.|{A}'s day was full. There were {p1}, {p2}, {p3} and {p4}, in no known order.]
        What came last?
    """,
    "calibration": """
        [On the programme of the {town} club stood {first}, and when it was over, {second};
        {third} followed, and {fourth} closed the programme.|On the programme of the {town} club
        stood, pinned up without their times, several things, among them {p1},
        {p2}, {p3} and {p4}.]
        With what did the programme end?
    """,
    "test": """
        [Once {first} was done, {A} went on to {second}, moved from there to {third}, and left
        {fourth} for the late evening.|At some time or other {A} went on to {p1}, to {p2}, to {p3}
        and to {p4}; when each of them was is not known.]
        Which of these did {A} do latest?
    """,
}
AFTER_TOWN = {
    "train": """
        On the trip {A} went [to {first}, from there to {second}, then to {third}, on to {fourth}
        and at last to {fifth}|to {p1}, to {p2}, to {p3}, to {p4} and to {p5}, and nobody knows in
        what order].
        Where did {A} go right after {asked}?
    """,
    "calibration": """
        The stops of the bus[, from one end of the line to the other, are {first}, {second},
        {third}, {fourth} and {fifth}|, listed by size and not by route, are {p1}, {p2}, {p3},
        {p4} and {p5}]. It drives in one direction only.
        What is the next stop when the bus leaves {asked}?
    """,
    "test": """
        The band's tour [had its opening night in {first}; then the musicians played in {second},
        in {third}, in {fourth} and at the close in {fifth}|had many nights; at some time the
        musicians played in {p1}, in {p2}, in {p3}, in {p4} and also in {p5}].
        With {asked} behind them, in which town did they play next?
    """,
}
BEFORE_NAME = {
    "train": """
        The speakers[, from the first to the last, were {first}, {second}, {third}, {fourth} and
        {fifth}|, in no known order, were {p1}, {p2}, {p3}, {p4} and {p5}].
        Who spoke right before {asked}?
    """,
    "calibration": """
        [{first} was born first; {second} came next, then {third}, then {fourth}, and {fifth} is
        the baby of the family.|{p1}, {p2}, {p3}, {p4} and {p5} were born in different years, but
        the family does not say in which.]
        Which child was the last to be born before {asked}?
    """,
    "test": """
        The post of {job} went [from {first} to {second}, later to {third}, still later to
        {fourth}, and today {fifth} holds it|to {p1} and to {p2}, to {p3}, to {p4} and to {p5}, in
        years that are not recorded].
        From whom did {asked} take over?
    """,
}
BACKWARDS_FIRST = {
    "train": """
        [{fourth} came straight after {third}. Before these two there was {second}, and even
        before that {first}.|{p1} came on the same day as {p2}. That day there was also {p3}, and
        besides that {p4}.]
        What came first?
    """,
    "calibration": """
        For {A}, [{fourth} could start only when {third} was over, which in turn had to wait for
        {second}, and that one for {first}.|{p1} was as much fun as {p2}. There was time for {p3},
        and also for {p4}.]
        Which of these was at the very start?
    """,
    "test": """
        [The day closed with {fourth}, which {third} had led up to. Earlier still there was
        {second}, though not as early as {first}.|The day was full, with {p1}, which {A} liked,
        and {p2}. At some hour there was {p3}, though not for as long as {p4}.]
        What opened the day?
    """,
}
BACKWARDS_THIRD = {
    "train": """
        [{first} left before {second}. {fourth} left after {third}, and these two left after the
        other two.|{p1} left with {p2}. {p3} left with {p4}, and these two left by the same door
        as the other two.]
        Who was the third to leave?
    """,
    "calibration": """
        [{fourth} joined the firm in {town} after {third}, whereas {second}, who had come after
        {first}, was there before both.|{p1} likes the firm in {town} as much as {p2}, and so does
        {p3}, who shares a room with {p4}.]
        Who joined as number three?
    """,
    "test": """
        [When {second} reached the hut, only {first} was inside already. {fourth} came in last of
        all, and {third} a little earlier.|When {p1} reached the hut, it was raining, as it was
        for {p2}. {p3} came in quite wet, and {p4} a little less so.]
        Who reached the hut third?
    """,
}
BY_YEAR = {
    "train": """
        * {first} was born in [{t1}|town].
        * {second} was born in [{t2}|town].
        * {third} was born in [{t3}|town].
        * {fourth} was born in [{t4}|town].
        Who is the second oldest?
    """,
    "calibration": """
        A plate in the school of {town} says when its heads took office:
        * {first} in [{t1}|spring].
        * {second} in [{t2}|spring].
        * {third} in [{t3}|spring].
        * {fourth} in [{t4}|spring].
        Which head was the second to take office?
    """,
    "test": """
        These people moved to {town} and stayed.
        * [since {t1}|for years] {first} has lived there.
        * [since {t2}|for years] {second} has lived there.
        * [since {t3}|for years] {third} has lived there.
        * [since {t4}|for years] {fourth} has lived there.
        Whose stay is the second longest?
    """,
}
BY_CLOCK = {
    "train": """
        {A} has a full day.
        * {first} is at [{t1}|school].
        * {second} is at [{t2}|school].
        * {third} is at [{t3}|school].
        * {fourth} is at [{t4}|school].
        What comes third?
    """,
    "calibration": """
        The notice board in {town} gives the starting times:
        * [{t1}|still open] for {first}.
        * [{t2}|still open] for {second}.
        * [{t3}|still open] for {third}.
        * [{t4}|still open] for {fourth}.
        Which entry is number three in time?
    """,
    "test": """
        The {job} wrote on a slip of paper:
        * [{t1}|today], {first}.
        * [{t2}|today], {second}.
        * [{t3}|today], {third}.
        * [{t4}|today], {fourth}.
        Which of these begins after exactly two others?
    """,
}
BY_MONTH = {
    "train": """
        All this was in one year.
        * {A} visited {first} in [{t1}|good weather].
        * {A} visited {second} in [{t2}|good weather].
        * {A} visited {third} in [{t3}|good weather].
        * {A} visited {fourth} in [{t4}|good weather].
        Which town did {A} visit last?
    """,
    "calibration": """
        Within a single calendar year a circus came to four towns:
        * to {first} for a week in [{t1}|a tent].
        * to {second} for a week in [{t2}|a tent].
        * to {third} for a week in [{t3}|a tent].
        * to {fourth} for a week in [{t4}|a tent].
        Where was the circus latest in the year?
    """,
    "test": """
        The {job} sold hats at four fairs last year.
        * {first} had its fair in [{t1}|the square].
        * {second} had its fair in [{t2}|the square].
        * {third} had its fair in [{t3}|the square].
        * {fourth} had its fair in [{t4}|the square].
        Whose fair was nearest to the end of the year?
    """,
}
CLUES_THIRD = {
    "train": """
        {A} had five things to do on Friday.
        * {first} was [before|as long as] {second}.
        * {third} was [after|as long as] {second}.
        * {third} was [before|as long as] {fourth}.
        * {fifth} was [after|as long as] {fourth}.
        * {first} was [before|as long as] {fifth}.
        What was third?
    """,
    "calibration": """
        About five things that {A} did last week we know this:
        * {second} [had to wait until|was as tiring as] {first} [was over|was].
        * {third} [had to wait until|was as tiring as] {second} [was over|was].
        * {fourth} [had to wait until|was as tiring as] {third} [was over|was].
        * {fifth} [had to wait until|was as tiring as] {fourth} [was over|was].
        * {fifth} [had to wait until|was as tiring as] {first} [was over|was].
        Which of the five stood in the middle?
    """,
    "test": """
        From scraps of paper the {job} works out the order of five things.
        * {first} [preceded|resembled] {second}.
        * {third} [followed|resembled] {second}.
        * {fourth} [followed|resembled] {third}.
        * {fourth} [preceded|resembled] {fifth}.
        * {fifth} [followed|resembled] {first}.
        Which of them had two before it and two after it?
    """,
}
CLUES_FOURTH = {
    "train": """
        Five people came to the party at different times.
        * {second} came [later than|by bus like] {first}.
        * {second} came [earlier than|by bus like] {third}.
        * {fourth} came [later than|by bus like] {third}.
        * {fourth} came [earlier than|by bus like] {fifth}.
        * {first} came [earlier than|by bus like] {fifth}.
        Who was the fourth to come?
    """,
    "calibration": """
        Five runners reached the finish in {town}, each alone.
        * {first} [beat|greeted] {second}.
        * {third} was [beaten|greeted] by {second}.
        * {third} [beat|greeted] {fourth}.
        * {fifth} was [beaten|greeted] by {fourth}.
        * {fifth} was [beaten|greeted] by {first}.
        Behind which runner did only one other finish?
    """,
    "test": """
        No two of the five shops in this street were founded in the same year.
        * the shop of {first} is [older than|next to] that of {second}.
        * the shop of {second} is [older than|next to] that of {third}.
        * the shop of {fourth} is [younger than|next to] that of {third}.
        * the shop of {fifth} is [younger than|next to] that of {fourth}.
        * the shop of {fifth} is [younger than|next to] that of {first}.
        Whose shop is the second youngest?
    """,
}
NEAR_NOON = {
    "train": """
        The {job} had four callers.
        * {first} called [{t1}|again].
        * {second} called [{t2}|again].
        * {third} called [{t3}|again].
        * {fourth} called [{t4}|again].
        Who was the second to call?
    """,
    "calibration": """
        Lunch at the {town} school is taken in turns:
        * {first} sits down [{t1}|alone].
        * {second} sits down [{t2}|alone].
        * {third} sits down [{t3}|alone].
        * {fourth} sits down [{t4}|alone].
        Before which pupil does exactly one other sit down?
    """,
    "test": """
        Four walkers left {town} by the same road.
        * [{t1}|with a dog], {first} set out.
        * [{t2}|with a dog], {second} set out.
        * [{t3}|with a dog], {third} set out.
        * [{t4}|with a dog], {fourth} set out.
        Which walker was the second to set out?
    """,
}

FORMS = tuple(
    Form("event_order", name, difficulty, draw, blocks)
    for difficulty, name, draw, blocks in (
        ("easy", "pair_earlier", in_pairs(EVENTS, 0), PAIR_EARLIER),
        ("easy", "pair_later", in_pairs(EVENTS, 1), PAIR_LATER),
        ("medium", "first_name", placed(NAMES, 4, "first"), FIRST_NAME),
        ("medium", "last_event", placed(EVENTS, 4, "fourth"), LAST_EVENT),
        ("medium", "after_town", beside(TOWNS, 1, (0, 1, 2, 3)), AFTER_TOWN),
        ("medium", "before_name", beside(NAMES, -1, (1, 2, 3, 4)), BEFORE_NAME),
        ("medium", "backwards_first", placed(EVENTS, 4, "first"), BACKWARDS_FIRST),
        ("medium", "backwards_third", placed(NAMES, 4, "third"), BACKWARDS_THIRD),
        ("medium", "by_year", stamped(NAMES, "second", years), BY_YEAR),
        ("medium", "by_clock", stamped(EVENTS, "third", day_times), BY_CLOCK),
        ("medium", "by_month", stamped(TOWNS, "fourth", months), BY_MONTH),
        ("hard", "clues_third", placed(EVENTS, 5, "third"), CLUES_THIRD),
        ("hard", "clues_fourth", placed(NAMES, 5, "fourth"), CLUES_FOURTH),
        ("hard", "near_noon", stamped(NAMES, "second", round_noon), NEAR_NOON),
    )
)
