"""`relative_position`: above, under, behind, left and right, and the orders that follow."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.spatial_reasoning.pairs import Pairs, draw_pairs
from benchprof.generators.abilities.spatial_reasoning.words import (
    FURNITURE,
    NUMBERS,
    ORDINALS,
    PAINTS,
    PETS,
    SYMBOLS,
    THINGS,
    sentences,
    templates,
    the,
)
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import FIRST_NAMES

TYPE = "relative_position"


PAIRS = {
    "train": (
        Pairs(
            "{all}",
            False,
            "{a} is {relation} {b}.",
            "What is {inverse} {a}?",
            (("under", "above"), ("behind", "in front of"), ("in front of", "behind")),
        ),
        Pairs(
            "In the picture {all}.",
            True,
            "{a} can be seen {relation} {b}",
            "In the picture, which one is {inverse} {a}?",
            (("behind", "in front of"), ("below", "above")),
        ),
        Pairs(
            "It is dark in the barn, but we know that {all}.",
            True,
            "{a} sleeps {relation} {b}",
            "Which thing stands {inverse} {a}?",
            (("under", "over"), ("behind", "in front of"), ("in front of", "behind")),
        ),
    ),
    "calibration": (
        Pairs(
            "{all}",
            False,
            "{relation} {b} there is {a}.",
            "What can be found {inverse} {a}?",
            (("under", "above"), ("behind", "in front of"), ("in front of", "behind")),
        ),
        Pairs(
            "Four toys were put away like this: {all}.",
            True,
            "{a} was moved to a place {relation} {b}",
            "After that, what is {inverse} {a}?",
            (("under", "over"), ("behind", "in front of")),
        ),
    ),
    "test": (
        Pairs(
            "{all}",
            False,
            "{relation} {b} you will find {a}.",
            "What is there {inverse} {a}?",
            (("beneath", "above"), ("behind", "in front of"), ("in front of", "behind")),
        ),
        Pairs(
            "Everybody hides: {all}.",
            True,
            "{a} crouches {relation} {b}",
            "What is standing {inverse} {a}?",
            (("beneath", "over"), ("behind", "in front of")),
        ),
    ),
}


class Row(NamedTuple):
    """A line of things known from pairs of neighbours, told in shuffled order.

    `forward` says that a comes before b, `backward` the same with b first, `neutral` nothing.
    `ends` names the two ends; `kind` what stands in the line.
    """

    intro: str
    forward: str
    backward: str
    neutral: str
    question: str
    ends: tuple[str, str]
    kind: str


ROWS_OF_FOUR = {
    "train": (
        Row(
            "{n} things stand in a row on a shelf.",
            "{a} is to the left of {b}.",
            "{b} is to the right of {a}.",
            "{a} is on the same shelf as {b}.",
            "Which thing is {ordinal}?",
            ("from the left", "from the right"),
            "thing",
        ),
        Row(
            "A photo shows {n} children on a long bench.",
            "{a} sits further left than {b}.",
            "{b} sits further right than {a}.",
            "{a} sits there with {b}.",
            "In the photo, who is {ordinal}?",
            ("from the left", "from the right"),
            "person",
        ),
    ),
    "calibration": (
        Row(
            "{n} people are waiting in line.",
            "{a} stands somewhere ahead of {b}.",
            "{b} stands somewhere behind {a}.",
            "{b} likes to talk to {a}.",
            "Who is {ordinal} of the line?",
            ("from the front", "from the back"),
            "person",
        ),
        Row(
            "Somebody hung up {n} pictures side by side.",
            "You see {a} left of {b}.",
            "You see {b} right of {a}.",
            "You see {b} as well as {a}.",
            "Which picture hangs {ordinal}?",
            ("counting from the left", "counting from the right"),
            "thing",
        ),
    ),
    "test": (
        Row(
            "{n} suitcases make one tall stack.",
            "{a} comes higher than {b}.",
            "{b} comes lower than {a}.",
            "{b} is as wide as {a}.",
            "Which is the {ordinal}?",
            ("suitcase from the top", "suitcase from the bottom"),
            "suitcase",
        ),
        Row(
            "{n} friends rent flats in the same house, each on another floor.",
            "{a} lives further up than {b}.",
            "{b} lives further down than {a}.",
            "{b} is on good terms with {a}.",
            "Whose flat is {ordinal}?",
            ("from the top", "from the bottom"),
            "person",
        ),
    ),
}

ROWS_OF_SIX = {
    "train": (
        Row(
            "{n} coloured boxes were set down along a wall.",
            "{a} is directly left of {b}.",
            "{b} is directly right of {a}.",
            "{a} is as big as {b}.",
            "Counted {ordinal} along the wall, which box is it?",
            ("from the left", "from the right"),
            "box",
        ),
    ),
    "calibration": (
        Row(
            "A bookcase has {n} boards, with one thing on each.",
            "One board above {b} you find {a}.",
            "One board below {a} you find {b}.",
            "{b} is kept there, and so is {a}.",
            "What do you find on the board that is {ordinal}?",
            ("from the top", "from the bottom"),
            "thing",
        ),
    ),
    "test": (
        Row(
            "{n} walkers follow a narrow path in single file.",
            "Right in front of {b} walks {a}.",
            "Right at the heels of {a} walks {b}.",
            "Often beside {b} in the evening sits {a}.",
            "Who walks {ordinal}?",
            ("from the front", "from the back"),
            "person",
        ),
    ),
}

KINDS = {
    "thing": the(THINGS),
    "box": [f"the {paint} box" for paint in PAINTS],
    "person": list(FIRST_NAMES),
    "suitcase": [f"{name}'s suitcase" for name in FIRST_NAMES],
}


def draw_row(count: int, wording: Row, random: Random) -> Draft:
    row = random.sample(KINDS[wording.kind], count)
    links = list(pairwise(row))
    random.shuffle(links)
    told = [random.choice((wording.forward, wording.backward)).format(a=a, b=b) for a, b in links]
    # In the twin no sentence says who comes first, nor are the linked ones neighbours.
    strewn = random.sample(row, count)
    untold = [wording.neutral.format(a=a, b=b) for a, b in pairwise(strewn)]
    intro = wording.intro.format(n=NUMBERS[count])
    place, end = random.randrange(count), random.randrange(2)
    ordinal = ORDINALS[count - 1 - place if end else place]
    question = wording.question.format(ordinal=f"{ordinal} {wording.ends[end]}")
    return Draft(
        context=sentences([intro, *told]),
        question=question,
        answer=row[place],
        distractors=tuple(random.sample(row[:place] + row[place + 1 :], 3)),
        twin_context=sentences([intro, *untold]),
        twin_question=question,
    )


class Board(NamedTuple):
    """Pictures on a board of squares, each told from its neighbour; where is the first?

    `steps` say where a is from b: above, right, below, left. `sides` are the four diagonal
    answers: above right, below right, below left, above left.
    """

    intro: str
    steps: tuple[str, str, str, str]
    question: str
    sides: tuple[str, str, str, str]


BOARDS = {
    "train": (
        Board(
            "A board is divided into squares with a picture in each.",
            (
                "{a} is one square above {b}.",
                "{a} is one square to the right of {b}.",
                "{a} is one square below {b}.",
                "{a} is one square to the left of {b}.",
            ),
            "Seen from {b}, where on the board is {a}?",
            ("up and right", "down and right", "down and left", "up and left"),
        ),
    ),
    "calibration": (
        Board(
            "The tiles of a bathroom wall carry small drawings.",
            (
                "Directly over {b} comes {a}.",
                "Directly right of {b} comes {a}.",
                "Directly beneath {b} comes {a}.",
                "Directly left of {b} comes {a}.",
            ),
            "How must the eye move to get from {b} to {a}?",
            (
                "upwards and rightwards",
                "downwards and rightwards",
                "downwards and leftwards",
                "upwards and leftwards",
            ),
        ),
    ),
    "test": (
        Board(
            "Stamps of equal size fill a sheet in rows and columns.",
            (
                "The upper neighbour of {b} is {a}.",
                "The right-hand neighbour of {b} is {a}.",
                "The lower neighbour of {b} is {a}.",
                "The left-hand neighbour of {b} is {a}.",
            ),
            "Compared with {b}, how does {a} lie on the sheet?",
            (
                "higher and more to the right",
                "lower and more to the right",
                "lower and more to the left",
                "higher and more to the left",
            ),
        ),
    ),
}

# How a comes to lie from b, as (right, up), in the order of `Board.steps`.
STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def draw_board(count: int, wording: Board, random: Random) -> Draft:
    """A chain of pictures, and where its last one lies from its first."""
    steps, side = _chain(count, random)
    chain = the(random.sample(SYMBOLS, count + 2))
    stranger = chain.pop()
    turned = [random.random() < 0.5 for _ in steps]
    order = random.sample(range(count), count)

    def told(names: list[str], steps: list[int]) -> str:
        parts = []
        for n in order:
            low, high, step = names[n], names[n + 1], steps[n]
            if turned[n]:
                low, high, step = high, low, (step + 2) % 4
            parts.append(wording.steps[step].format(a=high, b=low))
        return sentences([wording.intro, *parts])

    question = wording.question.format(a=chain[-1], b=chain[0])
    return Draft(
        context=told(chain, steps),
        question=question,
        answer=wording.sides[side],
        distractors=tuple(s for n, s in enumerate(wording.sides) if n != side),
        # The asked picture is nowhere in the twin; the way to the stranger that stands in its
        # place is drawn afresh, so that taking the one for the other does not help.
        twin_context=told([*chain[:-1], stranger], _chain(count, random)[0]),
        twin_question=question,
    )


def _chain(count: int, random: Random) -> tuple[list[int], int]:
    """`count` steps whose sum is off the row and off the column of their start, and its side."""
    while True:
        steps = [random.randrange(4) for _ in range(count)]
        right = sum(STEPS[step][0] for step in steps)
        up = sum(STEPS[step][1] for step in steps)
        back = any((a - b) % 4 == 2 for a, b in pairwise(steps))
        if right and up and not back:
            return steps, (0 if right > 0 else 3) if up > 0 else (1 if right > 0 else 2)


def position_templates() -> list[Template]:
    return [
        *templates(TYPE, "pairs", "easy", PAIRS, partial(draw_pairs, PETS, FURNITURE)),
        *templates(TYPE, "row", "medium", ROWS_OF_FOUR, partial(draw_row, 4)),
        *templates(TYPE, "board", "medium", BOARDS, partial(draw_board, 2)),
        *templates(TYPE, "row", "hard", ROWS_OF_SIX, partial(draw_row, 6)),
        *templates(TYPE, "board", "hard", BOARDS, partial(draw_board, 4)),
    ]
