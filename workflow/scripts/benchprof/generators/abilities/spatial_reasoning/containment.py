"""`containment`: what is in what, through boxes in rooms, nested boxes and boxes that move."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.spatial_reasoning.pairs import draw_pairs, read_pairs
from benchprof.generators.abilities.spatial_reasoning.words import (
    PAINTS,
    POOLS,
    ROOMS,
    THINGS,
    read_wordings,
    sentences,
    templates,
    the,
)
from benchprof.generators.table import parts
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import FIRST_NAMES

TYPE = "containment"

# Things that go into any box, and what each split calls a box.
SMALL = tuple(sorted({*THINGS} & {
    "bell", "brush", "candle", "coin", "cup", "flute", "key", "knife", "needle", "pen", "ring",
    "scarf", "shoe", "spoon", "stone", "ticket", "watch",
}))  # fmt: skip


VESSELS = POOLS["vessels"]

PAIRS = read_pairs("containment_pairs")


class Boxes(NamedTuple):
    """Four boxes in four rooms; `inner` is used where a second vessel lies between."""

    box: str
    place: str
    put: str
    question: str
    option: str = "in {room}"
    inner: str = ""
    vessel: str = ""


TWO_HOPS = read_wordings("two_hops", Boxes)

THREE_HOPS = read_wordings("three_hops", Boxes)


def draw_boxes(wording: Boxes, random: Random) -> Draft:
    paints = random.sample(PAINTS, 5)
    *boxes, stranger = (f"the {paint} {wording.box}" for paint in paints)
    rooms, name = the(random.sample(ROOMS, 4)), random.choice(FIRST_NAMES)
    things = the(random.sample(SMALL, 2))
    asked, other = random.sample(range(4), 2)
    places = [
        wording.place.format(box=box, room=room, name=name)
        for box, room in zip(boxes, rooms, strict=True)
    ]

    def told(target: str) -> str:
        holders, links = [target, boxes[other]], []
        if wording.inner:
            vessels = [f"the {size} {wording.vessel}" for size in ("large", "small")]
            pairs = zip(vessels, holders, strict=True)
            links = [wording.inner.format(vessel=v, box=b) for v, b in pairs]
            holders = vessels
        put = [
            wording.put.format(name=name, thing=thing, box=holder, vessel=holder)
            for thing, holder in zip(things, holders, strict=True)
        ]
        return sentences([*places, *links, *put[::-1]] if links else [*places, put[0]])

    options = [wording.option.format(room=room) for room in rooms]
    question = wording.question.format(thing=things[0], name=name)
    return Draft(
        context=told(boxes[asked]),
        question=question,
        answer=options[asked],
        distractors=tuple(o for n, o in enumerate(options) if n != asked),
        # In the twin the thing is in a box that nobody has placed.
        twin_context=told(stranger),
        twin_question=question,
    )


class Nest(NamedTuple):
    """Boxes inside boxes; `neutral` names two without saying which holds which."""

    box: str
    inside: str
    around: str
    neutral: str
    questions: tuple[str, str, str, str]


NESTS = read_wordings("nests", Nest, questions=parts)


def draw_nest(wording: Nest, random: Random) -> Draft:
    nest = [f"the {paint} {wording.box}" for paint in random.sample(PAINTS, 4)]
    links = list(pairwise(nest))
    random.shuffle(links)
    told = [random.choice((wording.inside, wording.around)).format(a=a, b=b) for a, b in links]
    # In the twin the links are neutral, and between boxes that need not be neighbours.
    strewn = random.sample(nest, 4)
    untold = [wording.neutral.format(a=a, b=b) for a, b in pairwise(strewn)]
    place = random.randrange(4)
    return Draft(
        context=sentences(told),
        question=wording.questions[place],
        answer=nest[place],
        distractors=tuple(nest[:place] + nest[place + 1 :]),
        twin_context=sentences(untold),
        twin_question=wording.questions[place],
    )


class Moves(NamedTuple):
    """A thing in one of four boxes in four rooms; it moves, and so do the boxes."""

    box: str
    place: str
    put: str
    move: str
    swap: str
    question: str
    option: str


MOVES = read_wordings("moves", Moves)


def draw_moves(wording: Moves, random: Random) -> Draft:
    boxes = [f"the {paint} {wording.box}" for paint in random.sample(PAINTS, 6)]
    rooms, name = the(random.sample(ROOMS, 4)), random.choice(FIRST_NAMES)
    [thing] = the(random.sample(SMALL, 1))
    first, second = random.sample(range(4), 2)
    # At most one of the swapped boxes holds the thing, half of the time.
    a, b = random.sample([n for n in range(4) if n != second], 2)
    if random.random() < 0.5:
        a = second
    if random.random() < 0.5:
        a, b = b, a
    places = [
        wording.place.format(box=box, room=room, name=name)
        for box, room in zip(boxes, rooms, strict=False)
    ]

    def told(start: str, end: str) -> str:
        return sentences(
            [
                *places,
                wording.put.format(name=name, thing=thing, box=start),
                wording.move.format(name=name, thing=thing, box=end),
                wording.swap.format(name=name, a=boxes[a], b=boxes[b]),
            ]
        )

    where = b if second == a else a if second == b else second
    options = [wording.option.format(room=room) for room in rooms]
    question = wording.question.format(thing=thing, name=name)
    return Draft(
        context=told(boxes[first], boxes[second]),
        question=question,
        answer=options[where],
        distractors=tuple(o for n, o in enumerate(options) if n != where),
        # In the twin the thing is only ever in boxes that nobody has placed.
        twin_context=told(boxes[4], boxes[5]),
        twin_question=question,
    )


def containment_templates() -> list[Template]:
    return [
        *templates(TYPE, "pairs", "easy", PAIRS, partial(draw_pairs, SMALL, VESSELS)),
        *templates(TYPE, "two-hops", "medium", TWO_HOPS, draw_boxes),
        *templates(TYPE, "three-hops", "hard", THREE_HOPS, draw_boxes),
        *templates(TYPE, "nest", "medium", NESTS, draw_nest),
        *templates(TYPE, "moves", "hard", MOVES, draw_moves),
    ]
