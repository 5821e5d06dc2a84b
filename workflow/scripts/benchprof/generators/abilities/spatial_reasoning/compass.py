"""`compass_direction`: where places lie from each other, and which way one faces after turns."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.spatial_reasoning.pairs import draw_pairs, read_pairs
from benchprof.generators.abilities.spatial_reasoning.words import (
    COMPASS,
    LANDMARKS,
    PLACES,
    read_wordings,
    sentences,
    templates,
    the,
)
from benchprof.generators.table import parts
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import FIRST_NAMES, INVENTED_TOWNS

TYPE = "compass_direction"


class Around(NamedTuple):
    """Four places around a town, told as `statements`; the way home from one of them."""

    statement: str
    question: str


PAIRS = read_pairs("compass_pairs")

HOMEWARD = read_wordings("homeward", Around)


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


TURNS = read_wordings("turns", Turns, turns=parts, asked=int)

LONG_TURNS = read_wordings("long_turns", Turns, turns=parts, asked=int)


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
