"""`compass_direction`: where places lie from each other, and which way one faces after turns."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.spatial_reasoning.pairs import Pairs, draw_pairs
from benchprof.generators.abilities.spatial_reasoning.words import (
    COMPASS,
    LANDMARKS,
    PLACES,
    sentences,
    templates,
    the,
)
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import FIRST_NAMES, INVENTED_TOWNS

TYPE = "compass_direction"


class Around(NamedTuple):
    """Four places around a town, told as `statements`; the way home from one of them."""

    statement: str
    question: str


OPPOSITES = (("north", "south"), ("east", "west"), ("south", "north"), ("west", "east"))

PAIRS = {
    "train": (
        Pairs("{all}", False, "{a} is {relation} of {b}.", "What is {inverse} of {a}?", OPPOSITES),
        Pairs(
            "On the map {all}.",
            True,
            "{a} lies to the {relation} of {b}",
            "On the map, what lies to the {inverse} of {a}?",
            OPPOSITES,
        ),
    ),
    "calibration": (
        Pairs(
            "Some directions: {all}.",
            True,
            "{a} can be found {relation} of {b}",
            "Go {inverse} from {a}. What can be found there?",
            OPPOSITES,
        ),
        Pairs(
            "{all}",
            False,
            "{a} was built on the {relation} side of {b}.",
            "Looking {inverse} from {a}, what does one see first?",
            OPPOSITES,
        ),
    ),
    "test": (
        Pairs(
            "{all}",
            False,
            "You get to {a} if you head {relation} from {b}.",
            "What do you get to if you head {inverse} from {a}?",
            OPPOSITES,
        ),
        Pairs(
            "A pilot reports that {all}.",
            True,
            "{a} appears just {relation} of {b}",
            "According to the pilot, what appears just {inverse} of {a}?",
            OPPOSITES,
        ),
    ),
}

HOMEWARD = {
    "train": (
        Around(
            "{place} is {way} of {town}.",
            "{name} walks back from {place} to {town}. In which direction does {name} walk?",
        ),
        Around(
            "the road from {town} to {place} goes {way}.",
            "{name} leaves {place} for {town}. Which way is that?",
        ),
    ),
    "calibration": (
        Around(
            "if you go {way} from {town}, you come to {place}.",
            "{name} has been at {place} and returns to {town}. Which way should {name} head?",
        ),
        Around(
            "{way} of {town} there is {place}.",
            "At {place} a bus sets off for {town}. Which way is it heading?",
        ),
    ),
    "test": (
        Around(
            "from {town} you can see {place} to the {way}.",
            "{name} stands at {place} and looks towards {town}. In which direction is that?",
        ),
        Around(
            "on the {way} side of {town} stands {place}.",
            "A bird flies straight from {place} into {town}. What is its course?",
        ),
    ),
}


def draw_around(wording: Around, random: Random) -> Draft:
    town, name = random.choice(INVENTED_TOWNS), random.choice(FIRST_NAMES)
    places, ways = the(random.sample(PLACES, 5)), random.sample(range(4), 4)
    asked = random.randrange(4)

    def told(names: list[str]) -> str:
        return sentences(
            wording.statement.format(place=place, way=COMPASS[way], town=town)
            for place, way in zip(names, ways, strict=True)
        )

    question = wording.question.format(name=name, town=town, place=places[asked])
    answer = COMPASS[(ways[asked] + 2) % 4]
    return Draft(
        context=told(places[:4]),
        question=question,
        answer=answer,
        distractors=tuple(way for way in COMPASS if way != answer),
        # In the twin nobody says where the asked place is.
        twin_context=told([places[4] if n == asked else p for n, p in enumerate(places[:4])]),
        twin_question=question,
    )


class Turns(NamedTuple):
    """Somebody faces a direction and turns; `turns` are the words for right, around, left.

    `start` takes a direction as `{way}`; in the twin `unknown` takes its place, a landmark that
    gives no direction. `asked` is the side that the question asks about, in quarter turns from
    straight ahead.
    """

    start: str
    unknown: str
    first: str
    then: str
    turns: tuple[str, str, str]
    question: str
    asked: int = 0


TURNS = {
    "train": (
        Turns(
            "{name} stands beside {where} in {town} and faces {way}.",
            "{landmark}",
            "{name} turns {turn}.",
            "then {name} turns {turn}.",
            ("right", "around", "left"),
            "Which direction is {name} facing now?",
        ),
        Turns(
            "at {where} {name} is looking {way}.",
            "towards {landmark}",
            "first comes {turn}.",
            "next comes {turn}.",
            ("a quarter turn to the right", "a half turn", "a quarter turn to the left"),
            "Where is {name} looking in the end?",
        ),
    ),
    "calibration": (
        Turns(
            "a guard called {name} stands at {where} of {town} and looks {way}.",
            "towards {landmark}",
            "{name} makes {turn}.",
            "after that {name} makes {turn}.",
            ("a right turn", "an about-turn", "a left turn"),
            "Which way does {name} look now?",
        ),
        Turns(
            "{name}'s car passes {where} of {town} and heads {way}.",
            "towards {landmark}",
            "at the first corner {name} {turn}.",
            "at the following corner {name} {turn}.",
            ("turns off to the right", "makes a U-turn", "turns off to the left"),
            "Where does {name} drive in the end?",
        ),
    ),
    "test": (
        Turns(
            "a statue of {name} near {where} of {town} was built facing {way}.",
            "{landmark}",
            "workers turned it {turn}.",
            "years later it was turned {turn}.",
            ("clockwise by ninety degrees", "by half a circle", "anticlockwise by ninety degrees"),
            "To which side does the statue of {name} look today?",
        ),
        Turns(
            "the ferry has passed {where} of {town} and is steaming {way}.",
            "towards {landmark}",
            "captain {name} calls: {turn}!",
            "soon {name} calls again: {turn}!",
            (
                "a quarter circle to the right",
                "half a circle to the right",
                "a quarter circle to the left",
            ),
            "On what course is the ferry now?",
        ),
    ),
}

LONG_TURNS = {
    "train": (
        Turns(
            "{name} stands beside {where} in {town} and faces {way}.",
            "{landmark}",
            "{name} turns {turn}.",
            "then {name} turns {turn}.",
            ("right", "around", "left"),
            "Which direction is now on {name}'s right?",
            1,
        ),
        Turns(
            "at {where} {name} is looking {way}.",
            "towards {landmark}",
            "first comes {turn}.",
            "next comes {turn}.",
            ("a quarter turn to the right", "a half turn", "a quarter turn to the left"),
            "Which direction is behind {name} in the end?",
            2,
        ),
    ),
    "calibration": (
        Turns(
            "a guard called {name} stands at {where} of {town} and looks {way}.",
            "towards {landmark}",
            "{name} makes {turn}.",
            "after that {name} makes {turn}.",
            ("a right turn", "an about-turn", "a left turn"),
            "Now {name} stretches the left arm out sideways. Which way does it point?",
            3,
        ),
    ),
    "test": (
        Turns(
            "a statue of {name} near {where} of {town} was built facing {way}.",
            "{landmark}",
            "workers turned it {turn}.",
            "years later it was turned {turn}.",
            ("clockwise by ninety degrees", "by half a circle", "anticlockwise by ninety degrees"),
            "Which way does the statue's right shoulder point today?",
            1,
        ),
        Turns(
            "the ferry has passed {where} of {town} and is steaming {way}.",
            "towards {landmark}",
            "captain {name} calls: {turn}!",
            "soon {name} calls again: {turn}!",
            (
                "a quarter circle to the right",
                "half a circle to the right",
                "a quarter circle to the left",
            ),
            "In which direction do passengers look back from the stern?",
            2,
        ),
    ),
}


def draw_turns(count: int, wording: Turns, random: Random) -> Draft:
    start, target = random.randrange(4), random.randrange(4)
    while True:
        turns = [random.randint(1, 3) for _ in range(count)]
        if (sum(turns) + wording.asked) % 4 == target:
            break
    name, town = random.choice(FIRST_NAMES), random.choice(INVENTED_TOWNS)
    where, landmark = the([random.choice(PLACES), random.choice(LANDMARKS)])
    steps = [
        (wording.then if n else wording.first).format(name=name, turn=wording.turns[turn - 1])
        for n, turn in enumerate(turns)
    ]

    def told(way: str) -> str:
        begun = wording.start.format(name=name, town=town, where=where, way=way)
        return sentences([begun, *steps])

    answer = COMPASS[(start + target) % 4]
    question = wording.question.format(name=name)
    return Draft(
        context=told(COMPASS[start]),
        question=question,
        answer=answer,
        distractors=tuple(way for way in COMPASS if way != answer),
        twin_context=told(wording.unknown.format(landmark=landmark)),
        twin_question=question,
    )


def compass_templates() -> list[Template]:
    return [
        *templates(TYPE, "pairs", "easy", PAIRS, partial(draw_pairs, PLACES, PLACES)),
        *templates(TYPE, "homeward", "medium", HOMEWARD, draw_around),
        *templates(TYPE, "turns", "medium", TURNS, partial(draw_turns, 2)),
        *templates(TYPE, "turns", "hard", LONG_TURNS, partial(draw_turns, 4)),
    ]
