"""`mental_rotation`: tiles that are turned and mirrored, cubes that are tipped over."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.spatial_reasoning.pairs import draw_pairs, read_pairs
from benchprof.generators.abilities.spatial_reasoning.words import (
    PAINTS,
    SYMBOLS,
    read_wordings,
    sentences,
    templates,
    the,
)
from benchprof.generators.table import parts, yes
from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import FIRST_NAMES

TYPE = "mental_rotation"


# A half turn brings everything to the place of what was opposite.
HALF_TURNS = read_pairs("half_turns")


class Tile(NamedTuple):
    """Four symbols on a tile, clockwise from the top (or the top right), and what is done to it.

    `sides` name the four places. `turns` are the words for no, one, two and three quarter turns
    clockwise, `unknown` for a turn of which nothing is known. `mirror` is a sentence about a
    pair of sides that change places, `pairs` the two pairs, left and right first. With `find` the
    question asks where a symbol has gone (`{symbol}`), else what has come to a side (`{side}`).
    """

    shown: str
    sides: tuple[str, str, str, str]
    first: str
    then: str
    turns: tuple[str, str, str, str]
    unknown: str
    mirror: str
    pairs: tuple[str, str]
    question: str
    find: bool = False
    corners: bool = False


TILES = read_wordings("tiles", Tile, sides=parts, turns=parts, pairs=parts, find=yes, corners=yes)


def draw_tile(mirrored: bool, count: int, wording: Tile, random: Random) -> Draft:
    """`count` turns; with `mirrored` a mirror stands between the first turn and the others."""
    symbols = the(random.sample(SYMBOLS, 4))
    turns = [random.randrange(4) for _ in range(count)]
    pair = random.randrange(2)
    name = random.choice(FIRST_NAMES)
    # now[p] is the symbol at place p; a quarter turn clockwise moves it to place p + 1.
    now = _turned(symbols, turns[0])
    if mirrored:
        now = _mirrored(now, pair, wording.corners)
    now = _turned(now, sum(turns[1:]))

    def told(known: bool) -> str:
        steps = [
            (wording.then if n else wording.first).format(
                name=name, turn=wording.turns[turn] if known else wording.unknown
            )
            for n, turn in enumerate(turns)
        ]
        if mirrored:
            steps.insert(1, wording.mirror.format(pair=wording.pairs[pair]))
        return sentences([wording.shown.format(*symbols), *steps])

    place = random.randrange(4)
    question = wording.question.format(symbol=now[place], side=wording.sides[place])
    options = wording.sides if wording.find else tuple(now)
    return Draft(
        context=told(True),
        question=question,
        answer=options[place],
        distractors=tuple(o for n, o in enumerate(options) if n != place),
        twin_context=told(False),
        twin_question=question,
    )


def _turned(places: list[str], quarters: int) -> list[str]:
    return [places[(place - quarters) % 4] for place in range(4)]


def _mirrored(places: list[str], pair: int, corners: bool) -> list[str]:
    """Swap left and right (`pair` 0) or top and bottom (1)."""
    if corners:
        source = (3, 2, 1, 0) if pair == 0 else (1, 0, 3, 2)
    else:
        source = (0, 3, 2, 1) if pair == 0 else (2, 1, 0, 3)
    return [places[place] for place in source]


class Cube(NamedTuple):
    """A painted cube, told by its six faces as `FACES` orders them, and tipped over."""

    shown: str
    first: str
    then: str
    unknown: str
    question: str


FACES = ("top", "bottom", "north", "south", "east", "west")
# The cycle of faces, each moving to the next place, when a cube is tipped over to a side.
TIPPED = {
    "north": ("top", "north", "bottom", "south"),
    "east": ("top", "east", "bottom", "west"),
    "south": ("top", "south", "bottom", "north"),
    "west": ("top", "west", "bottom", "east"),
}

CUBES = read_wordings("cubes", Cube)


def draw_cube(wording: Cube, random: Random) -> Draft:
    colours = random.sample(PAINTS, 6)
    ways = [random.choice(tuple(TIPPED)) for _ in range(2)]
    now = dict(zip(FACES, colours, strict=True))
    for way in ways:
        cycle = TIPPED[way]
        moved = {cycle[(n + 1) % 4]: now[face] for n, face in enumerate(cycle)}
        now |= moved

    def told(known: bool) -> str:
        steps = [
            (wording.then if n else wording.first).format(way=way if known else wording.unknown)
            for n, way in enumerate(ways)
        ]
        return sentences([wording.shown.format(*colours), *steps])

    answer = now["top"]
    others = [colour for colour in colours if colour != answer]
    return Draft(
        context=told(True),
        question=capital(wording.question),
        answer=answer,
        distractors=tuple(random.sample(others, 3)),
        twin_context=told(False),
        twin_question=capital(wording.question),
    )


def rotation_templates() -> list[Template]:
    return [
        *templates(TYPE, "half-turn", "easy", HALF_TURNS, partial(draw_pairs, SYMBOLS, SYMBOLS)),
        *templates(TYPE, "turn", "medium", TILES, partial(draw_tile, False, 1)),
        *templates(TYPE, "two-turns", "medium", TILES, partial(draw_tile, False, 2)),
        *templates(TYPE, "mirror", "hard", TILES, partial(draw_tile, True, 2)),
        *templates(TYPE, "cube", "hard", CUBES, draw_cube),
    ]
