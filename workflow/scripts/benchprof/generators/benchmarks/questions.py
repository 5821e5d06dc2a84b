"""Questions with four options about short texts, each of which takes several abilities at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from benchprof.generators.benchmarks.people import people

PER_KIND = 10
OPTIONS = 4
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DIRECTIONS = ("north", "east", "south", "west")
PLACES = ("bakery", "fountain", "chapel", "market", "library", "mill")
KINDS_OF_THINGS = {
    "fruit": ("plum", "pear", "banana", "peach"),
    "tool": ("hammer", "saw", "screwdriver", "drill"),
    "musical instrument": ("violin", "trumpet", "flute", "guitar"),
    "toy animal": ("lion", "horse", "camel", "bear"),
    "piece of clothing": ("scarf", "glove", "sock", "cap"),
    "flower": ("tulip", "rose", "daisy", "lily"),
}
CONTINENTS = {
    "Europe": ("Portugal", "Poland", "Sweden", "Greece"),
    "Asia": ("Japan", "Vietnam", "India", "Mongolia"),
    "Africa": ("Kenya", "Egypt", "Ghana", "Morocco"),
    "South America": ("Peru", "Chile", "Bolivia", "Uruguay"),
}
TOOLS = {
    "carpenter": ("hammer", "workshop"), "barber": ("pair of scissors", "hairdresser's shop"),
    "gardener": ("rake", "flower bed"), "fisherman": ("net", "harbour"),
    "tailor": ("needle", "suit"), "baker": ("rolling pin", "loaf"),
    "painter": ("brush", "picture"), "photographer": ("camera", "studio"),
}  # fmt: skip
"""A worker's tool, and something else that the worker has to do with."""
FATES = (
    (
        "put a bowl of ice cream", "After two hours, whose ice cream has melted?",
        "on a sunny windowsill",
        ("into the freezer", "outside into the snow", "into a box full of ice"),
    ),
    (
        "left a wet shirt", "In the evening, whose shirt is dry?",
        "on a line in the warm wind",
        ("in a bucket of water", "on the lawn in the rain", "in a closed plastic bag"),
    ),
    (
        "placed a potted herb", "After three weeks, whose herb is still green?",
        "on a bright sill and watered it often",
        ("in a dark cellar", "on a hot stove", "on a bright sill and never watered it"),
    ),
    (
        "got a china cup as a present and", "Whose cup is broken now?",
        "dropped it on the stone floor",
        ("wrapped it in a thick towel", "set it down on the table", "put it into the cupboard"),
    ),
    (
        "baked a cake and", "Whose cake is burnt?",
        "forgot it in the hot oven all night",
        ("took it out after forty minutes", "let it cool on a rack", "decorated it with berries"),
    ),
)  # fmt: skip
"""What four people did, the question, how one of them went on and how the three others did."""
MARKS = (
    ("cities", ("Paris", "Rome", "Madrid", "Berlin"), ("Lyon", "Milan", "Seville", "Hamburg")),
    ("animals", ("eagle", "sparrow", "owl", "swallow"), ("dog", "horse", "cat", "cow")),
    ("foods", ("plum", "cherry", "pear", "grape"), ("bread", "cheese", "butter", "rice")),
    ("animals", ("shark", "trout", "salmon", "cod"), ("goat", "camel", "rabbit", "mouse")),
    ("things", ("stove", "candle", "campfire", "torch"), ("snow", "icicle", "frost", "hail")),
)
"""What is marked, the first sort of it and the second."""
COLOURS = ("blue", "red", "green", "yellow")
SCENES = (
    ("storm", "bought nails", "hid in the cellar", "counted the broken tiles", "mended the roof"),
    ("wedding", "ironed a suit", "made a speech", "washed the dishes", "fell asleep"),
    ("match", "stretched both legs", "scored a goal", "took a shower", "ate a large supper"),
    ("concert", "tuned the cello", "played a solo", "signed programmes", "took the night bus"),
    ("exam", "sharpened a pencil", "answered nine questions", "handed in the paper", "cheered"),
)
"""An event, and what somebody did before it, during it, after it, and at the end of all."""
ORDER = {1: "second", 2: "third", 3: "last"}


@dataclass(frozen=True)
class Choice:
    """A text that ends with a question, its right answer, and three wrong ones."""

    text: str
    right: str
    wrong: tuple[str, ...]


def _others(every: tuple[str, ...] | list[str], right: str, random: Random) -> tuple[str, ...]:
    return tuple(random.sample([own for own in every if own != right], OPTIONS - 1))


def _week(random: Random) -> Choice:
    one, other, third = people(random, 3)
    start, later = random.randrange(7), random.randint(2, 3)
    text = (
        f"{one} plays chess on {DAYS[start]}. {other} goes to the pottery class on the day after "
        f"{one}'s game, and {third} swims {later} days after the pottery class. On which day does "
        f"{third} swim?"
    )
    right = DAYS[(start + 1 + later) % 7]
    return Choice(text, right, _others(DAYS, right, random))


def _shelf(random: Random) -> Choice:
    kinds = random.sample(sorted(KINDS_OF_THINGS), 4)
    row = [random.choice(KINDS_OF_THINGS[kind]) for kind in kinds]
    side = random.choice(("left", "right"))
    place = random.randrange(1, 4) if side == "left" else random.randrange(3)
    right = row[place + (1 if side == "right" else -1)]
    text = (
        f"On a shelf stand, from left to right, a {row[0]}, a {row[1]}, a {row[2]} and a {row[3]}. "
        f"What stands directly to the {side} of the {kinds[place]}?"
    )
    return Choice(text, f"the {right}", tuple(f"the {own}" for own in row if own != right))


def _fate(random: Random) -> Choice:
    names = people(random, 4)
    did, question, ending, others = random.choice(FATES)
    told = list(zip(names, [ending, *others], strict=True))
    random.shuffle(told)
    sentences = [f"{name} {did} {end}." for name, end in told]
    return Choice(" ".join([*sentences, question]), names[0], tuple(names[1:]))


def _form(random: Random) -> Choice:
    names = people(random, 4)
    continents = random.sample(sorted(CONTINENTS), 4)
    told = [
        f"{name} comes from {random.choice(CONTINENTS[continent])}"
        for name, continent in zip(names, continents, strict=True)
    ]
    random.shuffle(told)
    text = (
        f"Visitors from {continents[0]} have to fill in a green form; all others need none. "
        f"{told[0]}, {told[1]}, {told[2]} and {told[3]}. Who fills in the green form?"
    )
    return Choice(text, names[0], tuple(names[1:]))


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _bus(random: Random) -> Choice:
    (name,) = people(random, 1)
    first, every = 60 * random.randint(7, 10) + 5 * random.randint(0, 3), random.choice((15, 20))
    trips = [first + every * trip for trip in range(6)]
    arrival = trips[3] + 5 * random.randint(1, 2)
    text = (
        f"Buses leave at {_clock(trips[0])}, {_clock(trips[1])}, {_clock(trips[2])} and so on all "
        f"morning. {name} reaches the stop at {_clock(arrival)}. When does the next bus leave?"
    )
    wrong = (_clock(trips[3]), _clock(trips[5]), _clock(trips[4] + 5))
    return Choice(text, _clock(trips[4]), wrong)


def _parade(random: Random) -> Choice:
    shown, also, asked, other = random.sample(sorted(TOOLS), 4)
    text = (
        f"In the parade the {shown} carries a {TOOLS[shown][0]}, and the {also} carries a "
        f"{TOOLS[also][0]}. What does the {asked} carry in the same manner?"
    )
    wrong = (f"a {TOOLS[asked][1]}", f"a {TOOLS[other][0]}", f"a {TOOLS[also][0]}")
    return Choice(text, f"a {TOOLS[asked][0]}", wrong)


def _purse(random: Random) -> Choice:
    (name,) = people(random, 1)
    foods = random.sample(("soup", "salad", "pizza", "pancake", "sandwich"), 4)
    cheap = random.randint(4, 6)
    prices = [cheap, *random.sample(range(cheap + 3, cheap + 9), 3)]
    tea = random.randint(2, 3)
    coins = tea + cheap + random.randint(0, 2)
    menu = [f"a {food} {price}" for food, price in zip(foods, prices, strict=True)]
    random.shuffle(menu)
    text = (
        f"A tea costs {tea} coins, {menu[0]}, {menu[1]}, {menu[2]} and {menu[3]}. {name} has "
        f"{coins} coins and begins with a tea. What can {name} still pay for after it?"
    )
    return Choice(text, f"the {foods[0]}", tuple(f"the {food}" for food in foods[1:]))


def _turns(random: Random) -> Choice:
    (name,) = people(random, 1)
    first, second = random.sample(PLACES, 2)
    start, turn = random.randrange(4), random.choice(("right", "left"))
    text = (
        f"{name} leaves the station and walks {DIRECTIONS[start]} to the {first}, turns {turn} "
        f"there and walks straight on to the {second}. Then {name} turns round and goes back to "
        f"the {first}. In which direction is that?"
    )
    right = DIRECTIONS[(start + (1 if turn == "right" else -1) + 2) % 4]
    return Choice(text, right, tuple(own for own in DIRECTIONS if own != right))


def _births(random: Random) -> Choice:
    names = people(random, 4)
    years = random.sample(range(1960, 2000, 4), 2)
    older, younger = random.randint(1, 3), random.randint(1, 3)
    births = [years[0], years[0] - older, years[1], years[1] + younger]
    text = (
        f"{names[0]} was born in {years[0]}, and {names[1]} is older than {names[0]} by {older} "
        f"year{'s' * (older > 1)}. {names[2]} was born in {years[1]}, and {names[3]} is younger "
        f"than {names[2]} by {younger} year{'s' * (younger > 1)}. Who of the four is the "
    )
    word, extreme = random.choice((("oldest", min(births)), ("youngest", max(births))))
    right = names[births.index(extreme)]
    return Choice(f"{text}{word}?", right, tuple(own for own in names if own != right))


def _suitcase(random: Random) -> Choice:
    (name,) = people(random, 1)
    shirts, apples, socks, pears = random.sample(range(2, 10), 4)
    clothes, food = shirts + socks, apples + pears
    things = [
        f"{shirts} shirts", f"{apples} apples", f"{socks} socks", f"{pears} pears"
    ]  # fmt: skip
    random.shuffle(things)
    text = (
        f"{name}'s suitcase holds {things[0]}, {things[1]}, {things[2]} and {things[3]}. How many "
        "pieces of clothing are in it?"
    )
    # Where there is as much food as clothing, or two more, another number keeps options different.
    nearby = clothes + (2 if food != clothes + 2 else 1)
    wrong = (food if food != clothes else clothes - 1, clothes + food, nearby)
    return Choice(text, str(clothes), tuple(map(str, wrong)))


def _marks(random: Random) -> Choice:
    (name,) = people(random, 1)
    what, one, other = random.choice(MARKS)
    colours = random.sample(COLOURS, 4)
    first, second = random.sample(one, 3), random.sample(other, 3)
    asked, colour = random.choice(((first[2], colours[0]), (second[2], colours[1])))
    text = (
        f"{name} marks {what}: {first[0]} {colours[0]}, {second[0]} {colours[1]}, {first[1]} "
        f"{colours[0]}, {second[1]} {colours[1]}. Two other colours are left for later. By the "
        f"same rule, which mark does {asked} get?"
    )
    return Choice(text, colour, tuple(own for own in colours if own != colour))


def _event(random: Random) -> Choice:
    (name,) = people(random, 1)
    event, *deeds = random.choice(SCENES)
    told = [
        f"During the {event} {name} {deeds[1]}.",
        f"Right after the {event} {name} {deeds[2]}.",
        f"Before the {event} {name} {deeds[0]}.",
    ]
    random.shuffle(told)
    asked = random.choice(sorted(ORDER))
    text = (
        f"{' '.join(told)} When all that was done, {name} {deeds[3]}. Of these four things, what "
        f"did {name} do {ORDER[asked]}?"
    )
    return Choice(text, deeds[asked], tuple(own for own in deeds if own != deeds[asked]))


RECALL, FACTS = "contextual_recall", "long_term_knowledge_recall"
QUANTITY, TIME = "quantitative_reasoning", "temporal_reasoning"
MEANING, DEDUCTION = "semantic_relationship_comprehension", "deductive_reasoning"
Kinds = Mapping[str, tuple[Callable[[Random], Choice], tuple[str, ...]]]
"""What draws a question of each kind, and the abilities that it is built to need."""
PLANS: Kinds = {
    "week": (_week, (TIME, DEDUCTION)),
    "bus": (_bus, ("inductive_reasoning", TIME, QUANTITY)),
    "purse": (_purse, (QUANTITY, DEDUCTION, RECALL)),
    "births": (_births, (TIME, QUANTITY, DEDUCTION)),
    "suitcase": (_suitcase, (MEANING, QUANTITY, RECALL)),
    "event": (_event, (TIME, RECALL)),
}
PEOPLE: Kinds = {
    "shelf": (_shelf, ("spatial_reasoning", MEANING, RECALL)),
    "fate": (_fate, ("commonsense_causal_reasoning", RECALL)),
    "form": (_form, (FACTS, DEDUCTION, RECALL)),
    "parade": (_parade, ("analogical_reasoning", FACTS, MEANING)),
    "turns": (_turns, ("spatial_reasoning", MEANING)),
    "marks": (_marks, ("inductive_reasoning", FACTS, MEANING)),
}


def plans_and_prices(random: Random) -> list[dict[str, Any]]:
    """Questions about times and amounts, as `_items` gives them."""
    return _items(PLANS, random)


def people_and_things(random: Random) -> list[dict[str, Any]]:
    """Questions about what people do and what things are, as `_items` gives them."""
    return _items(PEOPLE, random)


def _items(kinds: Kinds, random: Random) -> list[dict[str, Any]]:
    """The items in random order, as many of each kind, no text twice.

    The right option stands at each place equally often.
    """
    drawn: dict[str, tuple[str, tuple[str, ...], Choice]] = {}
    for kind, (draw, needs) in kinds.items():
        wanted = len(drawn) + PER_KIND
        while len(drawn) < wanted:
            choice = draw(random)
            drawn.setdefault(choice.text, (kind, needs, choice))
    places = [place for place in range(OPTIONS) for _ in range(len(drawn) // OPTIONS)]
    random.shuffle(places)
    items = []
    for place, (kind, needs, choice) in zip(places, drawn.values(), strict=True):
        options = random.sample(choice.wrong, len(choice.wrong))
        options.insert(place, choice.right)
        own = {"kind": kind, "needs": list(needs), "question": choice.text}
        items.append(own | {"options": options, "answer": place})
    random.shuffle(items)
    return items
