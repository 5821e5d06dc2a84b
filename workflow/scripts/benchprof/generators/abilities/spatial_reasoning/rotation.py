"""`mental_rotation`: tiles that are turned and mirrored, cubes that are tipped over."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.spatial_reasoning.pairs import Pairs, draw_pairs
from benchprof.generators.abilities.spatial_reasoning.words import (
    PAINTS,
    SYMBOLS,
    sentences,
    templates,
    the,
)
from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import FIRST_NAMES

TYPE = "mental_rotation"


# A half turn brings everything to the place of what was opposite.
HALF_TURNS = {
    "train": (
        Pairs(
            "On a big fairground disc, {all}. The disc makes half a turn.",
            True,
            "{a} is opposite {b}",
            "What is now in the old place of {a}?",
        ),
        Pairs(
            "Signs are painted on a round table. {all} The table is turned by 180 degrees.",
            False,
            "{a} is across from {b}.",
            "What is now where {a} was?",
        ),
    ),
    "calibration": (
        Pairs(
            "A carousel stops after exactly half a round. Before, {all}.",
            True,
            "{a} faced {b} across the middle",
            "What has come to the spot of {a}?",
        ),
        Pairs(
            "Beads sit on a round wire. {all} The wire is rotated halfway.",
            False,
            "{a} has {b} on the far side.",
            "Which bead has taken the place of {a}?",
        ),
    ),
    "test": (
        Pairs(
            "Look at this dial. {all} Then the dial revolves through two right angles.",
            False,
            "Straight across from {a} you see {b}.",
            "What do you see now in the former place of {a}?",
        ),
        Pairs(
            "A round cake has eight ornaments. {all} Somebody rotates the cake by half a circle.",
            False,
            "a straight cut from {a} through the middle ends at {b}.",
            "What has moved to where {a} used to sit?",
        ),
    ),
}


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


TILES = {
    "train": (
        Tile(
            "A tile has {0} at the top, {1} on the right, {2} at the bottom and {3} on the left.",
            ("at the top", "on the right", "at the bottom", "on the left"),
            "{name} gives it {turn}.",
            "Then {name} gives it {turn}.",
            (
                "a full turn clockwise",
                "a quarter turn clockwise",
                "a half turn clockwise",
                "a quarter turn counterclockwise",
            ),
            "a turn of some kind",
            "It is mirrored, so that {pair} change places.",
            ("left and right", "top and bottom"),
            "What is {side} now?",
        ),
        Tile(
            "The corners of a card show {0} (top right), {1} (bottom right), {2} (bottom "
            "left) and {3} (top left).",
            ("top right", "bottom right", "bottom left", "top left"),
            "The card is rotated {turn}.",
            "Next the card is rotated {turn}.",
            (
                "by 360 degrees",
                "to the right by 90 degrees",
                "by 180 degrees",
                "to the left by 90 degrees",
            ),
            "by a number of degrees",
            "A mirror image of the card takes its place, with {pair} swapped.",
            ("left and right", "top and bottom"),
            "In which corner is {symbol} after that?",
            True,
            True,
        ),
    ),
    "calibration": (
        Tile(
            "A kaleidoscope shows {0} above the middle, {1} to the right of it, {2} below it and "
            "{3} to the left of it.",
            ("above the middle", "to the right", "below the middle", "to the left"),
            "Now the picture turns {turn}.",
            "Once more the picture turns, {turn}.",
            (
                "clockwise, the whole way round",
                "clockwise, a quarter of the way round",
                "clockwise, half the way round",
                "anticlockwise, a quarter of the way round",
            ),
            "clockwise, but who knows how far round",
            "A jolt exchanges what is shown {pair}.",
            ("to the left and to the right", "above and below"),
            "Where does one see {symbol} in the end?",
            True,
        ),
        Tile(
            "Going clockwise from the upper edge, a square plate is marked with {0}, {1}, {2} and "
            "{3}, one to each edge.",
            ("upper", "right", "lower", "left"),
            "{name} spins the plate {turn}.",
            "Then {name} spins it again, {turn}.",
            (
                "by four right angles",
                "to the right by one right angle",
                "by two right angles",
                "to the left by one right angle",
            ),
            "by some right angles",
            "Two signs are exchanged, those at the {pair} edges.",
            ("left and right", "upper and lower"),
            "Which sign do you see at the {side} edge?",
        ),
    ),
    "test": (
        Tile(
            "Stickers decorate a round lid: {0} towards twelve o'clock, {1} towards three, {2} "
            "towards six and {3} towards nine.",
            ("twelve", "three", "six", "nine"),
            "When {name} screws the lid, it moves on by {turn}.",
            "When {name} tries again, it moves on by {turn}.",
            (
                "a whole circle, the way clock hands go",
                "a quarter of a circle, the way clock hands go",
                "half a circle, the way clock hands go",
                "three quarters of a circle, the way clock hands go",
            ),
            "part of a circle, the way clock hands go",
            "Somebody swaps the stickers at {pair}.",
            ("three and nine", "twelve and six"),
            "Which sticker is at {side} o'clock in the end?",
        ),
        Tile(
            "A revolving stage carries {0} in the north, {1} in the east, {2} in the south and "
            "{3} in the west.",
            ("north", "east", "south", "west"),
            "Its north side moves {turn}.",
            "Again the north side moves {turn}.",
            ("full circle back to the north", "to the east", "to the south", "to the west"),
            "to another side",
            "Stagehands exchange what stands in the {pair}.",
            ("east and west", "north and south"),
            "In which part of the stage is {symbol} at last?",
            True,
        ),
    ),
}


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
        parts = [
            (wording.then if n else wording.first).format(
                name=name, turn=wording.turns[turn] if known else wording.unknown
            )
            for n, turn in enumerate(turns)
        ]
        if mirrored:
            parts.insert(1, wording.mirror.format(pair=wording.pairs[pair]))
        return sentences([wording.shown.format(*symbols), *parts])

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

CUBES = {
    "train": (
        Cube(
            "A cube on a table is {0} on top and {1} underneath; its north face is {2}, its south "
            "face {3}, its east face {4} and its west face {5}.",
            "It is tipped over once towards the {way}.",
            "Then it is tipped over once towards the {way}.",
            "edge",
            "What colour is on top in the end?",
        ),
    ),
    "calibration": (
        Cube(
            "The lid of a cubic box is {0} and its floor {1}. Of the walls, the northern one is "
            "{2}, the southern one {3}, the eastern one {4} and the western one {5}.",
            "The box falls over to the {way}.",
            "It falls over once more, to the {way}.",
            "side",
            "Which colour do you see from straight above?",
        ),
    ),
    "test": (
        Cube(
            "You hold a die: {0} faces up, {1} faces down, {2} looks north, {3} looks south, {4} "
            "looks east and {5} looks west.",
            "You roll the die one face {way}wards.",
            "Again you roll the die one face, this time {way}wards.",
            "side",
            "Which colour faces the ceiling now?",
        ),
    ),
}


def draw_cube(wording: Cube, random: Random) -> Draft:
    colours = random.sample(PAINTS, 6)
    ways = [random.choice(tuple(TIPPED)) for _ in range(2)]
    now = dict(zip(FACES, colours, strict=True))
    for way in ways:
        cycle = TIPPED[way]
        moved = {cycle[(n + 1) % 4]: now[face] for n, face in enumerate(cycle)}
        now |= moved

    def told(known: bool) -> str:
        parts = [
            (wording.then if n else wording.first).format(way=way if known else wording.unknown)
            for n, way in enumerate(ways)
        ]
        return sentences([wording.shown.format(*colours), *parts])

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
