"""Questions with four options about short texts, each of which takes several abilities at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from benchprof.generators.benchmarks.people import NAMES, people
from benchprof.generators.benchmarks.words import (
    ANIMALS,
    COLOURS,
    CONTAINERS,
    CONTINENTS,
    FATES,
    FOODS,
    GOODS,
    HOURS,
    KINDS_OF_THINGS,
    ROOMS,
    SCENES,
    SMALL_THINGS,
    TOOLS,
    WARES,
)

PER_KIND = 10
OPTIONS = 4


@dataclass(frozen=True)
class Choice:
    """A text that ends with a question, its right answer, and three wrong ones."""

    text: str
    right: str
    wrong: tuple[str, ...]


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _coins(amounts: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{amount} coins" for amount in amounts)


def _bus(random: Random) -> Choice:
    (name,) = people(random, 1)
    first = 60 * random.randint(7, 10) + 5 * random.randint(0, 3)
    every = random.choice((10, 15, 20))
    trips = [_clock(first + every * trip) for trip in range(5)]
    text = (
        f"Buses leave at {trips[0]}, {trips[1]}, {trips[2]} and so on. {name} has just missed the "
        f"bus at {trips[2]}. When does the next bus leave?"
    )
    others = (trips[0], trips[1], trips[4], _clock(first + every * 3 + 5))
    return Choice(text, trips[3], tuple(random.sample(others, 3)))


def _film(random: Random) -> Choice:
    (name,) = people(random, 1)
    seen, other = random.sample(("film", "play"), 2)
    start = 60 * random.randint(2, 6) + random.choice((0, 15, 30, 45))
    others = start + 60 * random.choice((-1, 1, 2)) + random.choice((5, 10))
    hours, wrong = random.sample(sorted(HOURS), 2)
    shows = [f"the {seen} begins at {_clock(start)}", f"the {other} begins at {_clock(others)}"]
    random.shuffle(shows)
    text = (
        f"Today {shows[0]}, and {shows[1]}. {name} sees the {seen}, which lasts {HOURS[hours]}. "
        f"When does the {seen} end?"
    )
    ends = [_clock(begin + 60 * lasts) for begin in (start, others) for lasts in (hours, wrong)]
    return Choice(text, ends[0], tuple(ends[1:]))


def _stall(random: Random) -> Choice:
    (name,) = people(random, 1)
    bought, other = random.sample(sorted(GOODS), 2)
    price, others = random.sample(range(2, 7), 2)
    both = price + others
    count = random.choice([own for own in (2, 3, 4) if both not in {own * price, own * others}])
    prices = [
        f"a {random.choice(GOODS[goods])} costs {coins} coins"
        for goods, coins in ((bought, price), (other, others))
    ]
    random.shuffle(prices)
    text = (
        f"At the market {prices[0]}, and {prices[1]}. {name} buys {count} {bought}. How many coins "
        f"do the {bought} cost?"
    )
    right, *wrong = _coins((count * price, count * others, both, count * both))
    return Choice(text, right, tuple(wrong))


def _sale(random: Random) -> Choice:
    """The right option is half of one price or the whole of the other."""
    (name,) = people(random, 1)
    cheaper, other = random.sample(WARES, 2)
    prices = range(6, 20, 2)
    price = random.choice(prices)
    others = random.choice([own for own in prices if own not in {price, price // 2, 2 * price}])
    text = (
        f"Today each {cheaper} in the shop costs half as much as usual. Other things cost as much "
        f"as ever. The usual price of a {cheaper} is {price} coins, and that of a {other} is "
        f"{others} coins. {name} buys a "
    )
    amounts = _coins((price // 2, others, price, others // 2))
    bought, right = random.choice(((cheaper, amounts[0]), (other, amounts[1])))
    question = f"{text}{bought}. How many coins does {name} pay?"
    return Choice(question, right, tuple(own for own in amounts if own != right))


def _purse(random: Random) -> Choice:
    (name,) = people(random, 1)
    foods = random.sample(FOODS, 4)
    cheap = random.randint(3, 5)
    prices = [cheap, *random.sample(range(cheap + 3, cheap + 10), 3)]
    menu = [f"a {food} costs {price}" for food, price in zip(foods, prices, strict=True)]
    random.shuffle(menu)
    text = (
        f"In the snack bar {menu[0]} coins, {menu[1]}, {menu[2]} and {menu[3]}. {name} has only "
        f"{cheap + random.randint(0, 1)} coins. What can {name} buy?"
    )
    return Choice(text, f"a {foods[0]}", tuple(f"a {food}" for food in foods[1:]))


def _event(random: Random) -> Choice:
    (name,) = people(random, 1)
    event, *deeds = random.choice(SCENES)
    # Right after, since the next day is after it too.
    whens = (
        f"before the {event}", f"during the {event}", f"right after the {event}", "on the next day"
    )  # fmt: skip
    told = [f"{when.capitalize()} {name} {deed}." for when, deed in zip(whens, deeds, strict=True)]
    random.shuffle(told)
    asked = random.randrange(3)
    did = [f"{name} {deed}" for deed in deeds]
    right = did.pop(asked)
    return Choice(f"{' '.join(told)} What did {name} do {whens[asked]}?", right, tuple(did))


def _shelf(random: Random) -> Choice:
    kinds = random.sample(sorted(KINDS_OF_THINGS), 4)
    row = [random.choice(KINDS_OF_THINGS[kind]) for kind in kinds]
    side, right = random.choice((("left", row[0]), ("right", row[3])))
    text = (
        f"On a shelf stand, from left to right, a {row[0]}, a {row[1]}, a {row[2]} and a {row[3]}. "
        f"What stands at the {side} end?"
    )
    return Choice(text, f"the {right}", tuple(f"the {own}" for own in row if own != right))


def _rooms(random: Random) -> Choice:
    things, containers = random.sample(SMALL_THINGS, 2), random.sample(CONTAINERS, 2)
    rooms = random.sample(ROOMS, 4)
    told = [
        f"The {thing} is in the {container}, and the {container} is in the {room}."
        for thing, container, room in zip(things, containers, rooms[:2], strict=True)
    ]
    asked = random.randrange(2)
    text = (
        f"{' '.join(told)} The {rooms[2]} and the {rooms[3]} are empty. In which room is the "
        f"{things[asked]}?"
    )
    places = [f"in the {room}" for room in rooms]
    right = places.pop(asked)
    return Choice(text, right, tuple(places))


def _fate(random: Random) -> Choice:
    names = people(random, 2)
    fates = random.sample(sorted(FATES), 2)
    (first, one), (second, other) = (random.choice(FATES[fate]) for fate in fates)
    asked = random.randrange(2)
    text = (
        f"{names[0]} {first}, and {names[1]} {second}. What happened to {names[asked]}'s "
        f"{(one, other)[asked]}?"
    )
    right = fates[asked]
    return Choice(text, right, tuple(own for own in FATES if own != right))


def _form(random: Random) -> Choice:
    (name,) = people(random, 1)
    continents, colour = random.sample(sorted(CONTINENTS), 4), random.choice(COLOURS)
    visitors = [f"the visitor from {random.choice(CONTINENTS[own])}" for own in continents]
    text = (
        f"{name} sits at the entrance. Visitors from {continents[0]} have to fill in a {colour} "
        f"form; all others need none. Who fills in a {colour} form?"
    )
    return Choice(text, visitors[0], tuple(visitors[1:]))


def _parade(random: Random) -> Choice:
    shown, also, asked, other = random.sample(sorted(TOOLS), 4)
    text = (
        f"In the parade the {shown} carries a {TOOLS[shown]}, and the {also} carries a "
        f"{TOOLS[also]}. In the same way, what does the {asked} carry?"
    )
    wrong = tuple(f"a {TOOLS[own]}" for own in (shown, also, other))
    return Choice(text, f"a {TOOLS[asked]}", wrong)


def _marks(random: Random) -> Choice:
    (name,) = people(random, 1)
    sort, *others = random.sample(sorted(ANIMALS), 4)
    marked = random.sample(ANIMALS[sort], 4)
    text = (
        f"On a list of animals {name} marks the {marked[0]}, the {marked[1]} and the {marked[2]}. "
        f"By the same rule, which animal does {name} mark next?"
    )
    wrong = tuple(f"the {random.choice(ANIMALS[own])}" for own in others)
    return Choice(text, f"the {marked[3]}", wrong)


RECALL, FACTS = "contextual_recall", "long_term_knowledge_recall"
QUANTITY, TIME = "quantitative_reasoning", "temporal_reasoning"
MEANING, DEDUCTION = "semantic_relationship_comprehension", "deductive_reasoning"
Kinds = Mapping[str, tuple[Callable[[Random], Choice], tuple[str, ...]]]
"""What draws a question of each kind, and the abilities that it is built to need."""
PLANS: Kinds = {
    "bus": (_bus, ("inductive_reasoning", TIME, QUANTITY)),
    "film": (_film, (TIME, QUANTITY, RECALL)),
    "stall": (_stall, (QUANTITY, MEANING, RECALL)),
    "sale": (_sale, (QUANTITY, DEDUCTION, RECALL)),
    "purse": (_purse, (QUANTITY, DEDUCTION, RECALL)),
    "event": (_event, (TIME, RECALL)),
}
PEOPLE: Kinds = {
    "shelf": (_shelf, ("spatial_reasoning", RECALL)),
    "rooms": (_rooms, ("spatial_reasoning", DEDUCTION, RECALL)),
    "fate": (_fate, ("commonsense_causal_reasoning", RECALL)),
    "form": (_form, (FACTS, DEDUCTION)),
    "parade": (_parade, ("analogical_reasoning", FACTS, MEANING)),
    "marks": (_marks, ("inductive_reasoning", FACTS, MEANING)),
}


def plans_and_prices(random: Random) -> list[dict[str, Any]]:
    """Questions about times and amounts, as `_items` gives them."""
    return _items(PLANS, random)


def people_and_things(random: Random) -> list[dict[str, Any]]:
    """Questions about what people do and what things are, as `_items` gives them."""
    return _items(PEOPLE, random)


def _items(kinds: Kinds, random: Random) -> list[dict[str, Any]]:
    """The items in random order, as many of each kind.

    No two texts have the same words but for people's names. The right option stands at each place
    equally often.
    """
    drawn: dict[tuple[str, ...], tuple[str, tuple[str, ...], Choice]] = {}
    for kind, (draw, needs) in kinds.items():
        wanted = len(drawn) + PER_KIND
        while len(drawn) < wanted:
            choice = draw(random)
            words = re.findall(r"\w+", choice.text.lower())
            told = tuple(sorted(word for word in words if word.capitalize() not in NAMES))
            drawn.setdefault(told, (kind, needs, choice))
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
