"""Word problems of everyday life, whose answer is a whole number that the model writes.

Every kind asks for more than arithmetic: what a dozen is, which things are fruit, whether a rule
applies, where people stand in a row. Some numbers of a text are there to be passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from benchprof.generators.benchmarks.people import people

PER_KIND = 5
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LEGS = {"cows": 4, "hens": 2, "spiders": 8, "ants": 6, "goats": 4, "ducks": 2, "horses": 4}
FRUIT = ("apples", "pears", "plums", "bananas", "peaches", "lemons")
KITCHENWARE = ("spoons", "cups", "plates", "forks", "bowls")
VEHICLES = ("carts", "wheelbarrows", "tractors", "sledges")


@dataclass(frozen=True)
class Problem:
    """A text that ends with a question, and the way to its answer.

    Attributes:
        text: what the model reads.
        steps: sums with whole numbers, as Python writes them; `#` in a step stands for the result
            of the step before, `#1` for that of the first. The last one's result is the answer.
    """

    text: str
    steps: tuple[str, ...]

    @property
    def worked(self) -> list[tuple[str, int]]:
        """Each step with its numbers in place, and its result."""
        results: list[tuple[str, int]] = []
        for step in self.steps:
            own = step
            if results:
                own = own.replace("#1", str(results[0][1])).replace("#", str(results[-1][1]))
            # The steps are this module's own sums.
            value = eval(own)
            assert value == int(value) >= 0, (self.text, own)
            results.append((own, int(value)))
        return results


def _dozens(random: Random) -> Problem:
    (name,) = people(random, 1)
    dozens, used = random.randint(2, 5), random.randint(3, 7)
    text = (
        f"{name} buys {dozens} dozen eggs. On Monday {name} uses {used} of them, and on Tuesday "
        "twice as many. How many eggs are left?"
    )
    return Problem(text, (f"{dozens} * 12", f"{used} + 2 * {used}", "#1 - #"))


def _legs(random: Random) -> Problem:
    one, other = random.sample(sorted(LEGS), 2)
    first, second, vehicles = random.sample(range(2, 8), 3)
    text = (
        f"In a yard there are {first} {one}, {vehicles} {random.choice(VEHICLES)} and {second} "
        f"{other}. How many legs do the animals have together?"
    )
    steps = (f"{first} * {LEGS[one]}", f"{second} * {LEGS[other]}", "#1 + #")
    return Problem(text, steps)


def _fruit(random: Random) -> Problem:
    (name,) = people(random, 1)
    one, other = random.sample(FRUIT, 2)
    first, things, second = random.sample(range(4, 13), 3)
    taken = random.randint(1, 3)
    text = (
        f"A basket holds {first} {one}, {things} {random.choice(KITCHENWARE)} and {second} "
        f"{other}. {name} takes out {taken} of the {other}. How many pieces of fruit are still in "
        "the basket?"
    )
    return Problem(text, (f"{first} + {second}", f"# - {taken}"))


def _shift(random: Random) -> Problem:
    (name,) = people(random, 1)
    start, end, last = random.randint(7, 10), random.randint(2, 5), random.randint(2, 4)
    text = (
        f"{name} starts work at {start} in the morning and stops at {end} in the afternoon, with a "
        f"break of 1 hour in between. {name} does so on each day from Monday to {DAYS[last]}. How "
        "many hours is that without the breaks?"
    )
    return Problem(text, (f"12 - {start} + {end}", "# - 1", f"# * {last + 1}"))


def _rule(random: Random) -> Problem:
    (name,) = people(random, 1)
    price, adults, children = 2 * random.randint(2, 5), random.randint(1, 3), random.randint(2, 4)
    least, less = random.choice((4, 6)), random.randint(2, 4)
    text = (
        f"A pool takes {price} coins from each adult and half as much from each child. A group of "
        f"{least} people or more pays {less} coins less in all; smaller groups pay the full sum. "
        f"{name} comes with a group of {adults} adult{'s' * (adults > 1)} and {children} children. "
        "How many coins does the group pay?"
    )
    steps = [f"{adults} * {price}", f"{children} * {price // 2}", "#1 + #"]
    return Problem(text, (*steps, f"# - {less}") if adults + children >= least else tuple(steps))


def _queue(random: Random) -> Problem:
    one, other = people(random, 2)
    before, after, between = random.randint(2, 4), random.randint(2, 4), random.randint(2, 6)
    length = before + after + between
    ordinals = {2: "second", 3: "third", 4: "fourth"}
    text = (
        f"{length} people stand in a queue. {one} is the {ordinals[before]} from the front and "
        f"{other} is the {ordinals[after]} from the back. How many people stand between the two?"
    )
    return Problem(text, (f"{length} - {after}", f"# - {before}"))


def _walk(random: Random) -> Problem:
    (name,) = people(random, 1)
    east, north, back = random.randint(5, 9), random.randint(2, 5), random.randint(2, 4)
    minutes = random.randint(2, 4)
    text = (
        f"From home {name} walks {east} blocks east, then {north} blocks north and then {back} "
        f"blocks west. {name} takes the shortest way home along the streets and needs {minutes} "
        "minutes for each block. How many minutes does the way home take?"
    )
    return Problem(text, (f"{east} - {back}", f"# + {north}", f"# * {minutes}"))


def _series(random: Random) -> Problem:
    start, more, price = random.randint(3, 8), random.randint(2, 4), random.randint(2, 5)
    sold = [start + more * day for day in range(3)]
    day = random.choice((3, 4))
    text = (
        f"A shop sold {sold[0]} plants on Monday, {sold[1]} on Tuesday and {sold[2]} on Wednesday, "
        f"and it goes on in this way. A plant costs {price} coins. How many coins does the shop "
        f"take on {DAYS[day]}?"
    )
    steps = (f"{sold[1]} - {sold[0]}", f"{sold[2]} + {day - 2} * #", f"# * {price}")
    return Problem(text, steps)


def _likewise(random: Random) -> Problem:
    (name,) = people(random, 1)
    each, few, many = random.randint(2, 4), random.randint(3, 5), random.randint(6, 9)
    spare = random.randint(3, 8)
    text = (
        f"For {few} guests {name} cooks {each * few} potatoes, and in the same proportion for any "
        f"number of guests. Today {many} guests come, and {name} cooks {spare} potatoes more than "
        "that, to be safe. How many potatoes does the pot hold?"
    )
    return Problem(text, (f"{each * few} // {few}", f"# * {many}", f"# + {spare}"))


def _ages(random: Random) -> Problem:
    one, other = people(random, 2)
    age, less, years = random.randint(15, 30), random.randint(3, 9), random.randint(4, 9)
    word, sign = random.choice((("younger", "-"), ("older", "+")))
    text = (
        f"{one} is {age} years old and plays the flute. {other}, who is {less} years {word}, plays "
        f"the drum. How old will the drummer be in {years} years?"
    )
    return Problem(text, (f"{age} {sign} {less}", f"# + {years}"))


def _leak(random: Random) -> Problem:
    (name,) = people(random, 1)
    lost, hours, later = random.randint(2, 6), random.randint(2, 5), random.randint(2, 5)
    full = lost * hours + random.randint(5, 20)
    text = (
        f"A barrel holds {full} litres of water when it gets a crack, through which {lost} litres "
        f"run out every hour. After {hours} hours {name} seals the crack, and {later} more hours "
        "pass. How many litres are in the barrel then?"
    )
    return Problem(text, (f"{lost} * {hours}", f"{full} - #"))


def _members(random: Random) -> Problem:
    one, other, third = people(random, 3)
    many, few, given = random.randint(6, 9), random.randint(2, 4), random.randint(3, 8)
    text = (
        f"Everyone who sings in the choir gets {many} tickets, everyone else gets {few}. {one} and "
        f"{other} sing in the choir, but {third} does not. The three put their tickets together "
        f"and give {given} away. How many tickets do they keep?"
    )
    return Problem(text, (f"2 * {many} + {few}", f"# - {given}"))


QUANTITY, RECALL = "quantitative_reasoning", "contextual_recall"
KINDS: dict[str, tuple[Callable[[Random], Problem], tuple[str, ...]]] = {
    "dozens": (_dozens, (QUANTITY, "long_term_knowledge_recall")),
    "legs": (
        _legs,
        (QUANTITY, "long_term_knowledge_recall", "semantic_relationship_comprehension", RECALL),
    ),
    "fruit": (_fruit, (QUANTITY, "semantic_relationship_comprehension", RECALL)),
    "shift": (_shift, (QUANTITY, "temporal_reasoning")),
    "rule": (_rule, (QUANTITY, "deductive_reasoning", RECALL)),
    "queue": (_queue, (QUANTITY, "spatial_reasoning", "deductive_reasoning")),
    "walk": (_walk, (QUANTITY, "spatial_reasoning")),
    "series": (_series, (QUANTITY, "inductive_reasoning", "temporal_reasoning")),
    "likewise": (_likewise, (QUANTITY, "analogical_reasoning")),
    "ages": (
        _ages,
        (QUANTITY, "temporal_reasoning", "semantic_relationship_comprehension", RECALL),
    ),
    "leak": (_leak, (QUANTITY, "commonsense_causal_reasoning", "temporal_reasoning", RECALL)),
    "members": (_members, (QUANTITY, "deductive_reasoning", RECALL)),
}
"""What draws a problem of each kind, and the abilities that it is built to need."""


def everyday_problems(random: Random) -> list[dict[str, Any]]:
    """The items in random order, as many of each kind, no text twice.

    `working` leads to the answer as the prompt's examples do.
    """
    items: list[dict[str, Any]] = []
    for kind, (draw, needs) in KINDS.items():
        drawn: dict[str, Problem] = {}
        while len(drawn) < PER_KIND:
            problem = draw(random)
            drawn.setdefault(problem.text, problem)
        items += [_item(kind, needs, problem) for problem in drawn.values()]
    random.shuffle(items)
    return items


def _item(kind: str, needs: tuple[str, ...], problem: Problem) -> dict[str, Any]:
    worked = problem.worked
    shown = [f"{step.replace('//', '/')} = {value}" for step, value in worked]
    return {
        "kind": kind,
        "needs": list(needs),
        "question": problem.text,
        "working": ". ".join(shown) + ".",
        "answer": str(worked[-1][1]),
    }
