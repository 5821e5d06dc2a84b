"""`relative_position`: above, under, behind, left and right, and the orders that follow."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.spatial_reasoning.pairs import draw_pairs, read_pairs
from benchprof.generators.abilities.spatial_reasoning.words import (
    FURNITURE,
    NUMBERS,
    ORDINALS,
    PAINTS,
    PETS,
    SYMBOLS,
    THINGS,
    read_wordings,
    sentences,
    templates,
    the,
)
from benchprof.generators.table import parts
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import FIRST_NAMES

TYPE = "relative_position"


PAIRS = read_pairs("positions_pairs")


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


ROWS_OF_FOUR = read_wordings("rows_of_four", Row, ends=parts)

ROWS_OF_SIX = read_wordings("rows_of_six", Row, ends=parts)

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


BOARDS = read_wordings("boards", Board, steps=parts, sides=parts)

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
