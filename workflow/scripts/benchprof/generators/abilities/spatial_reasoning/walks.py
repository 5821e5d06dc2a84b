"""`map_walk`: following a route along a street, over a grid of places, or in blocks and turns."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.spatial_reasoning.words import (
    COMPASS,
    LANDMARKS,
    NUMBERS,
    PLACES,
    blocks,
    read_wordings,
    sentences,
    templates,
    the,
)
from benchprof.generators.table import parts
from benchprof.generators.templates.sentence import capital, listing
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import FIRST_NAMES

TYPE = "map_walk"


class Street(NamedTuple):
    """Places along a street and a question about the neighbour of `{start}`, going `{way}`."""

    street: str
    ends: tuple[str, str]
    question: str


STREETS = read_wordings("streets", Street, ends=parts)


def draw_street(wording: Street, random: Random) -> Draft:
    """Five places and a walk of one, mostly along the row as it is told."""
    places, name = the(random.sample(PLACES, 6)), random.choice(FIRST_NAMES)
    row, stranger = places[:-1], places[-1]
    # The place that is reached, not the start, is drawn, so that each is the answer as often.
    stop = random.randrange(5)
    step = 1 if stop and (stop == 4 or random.random() < 0.75) else -1
    start = stop - step
    end, other = wording.ends

    def told(names: list[str]) -> str:
        return wording.street.format(end=end, other=other, row=listing(names))

    question = wording.question.format(name=name, start=row[start], way=other if step > 0 else end)
    return Draft(
        context=told(row),
        question=question,
        answer=row[stop],
        distractors=tuple(place for n, place in enumerate(row) if n not in (start, stop)),
        # In the twin the start is not in the row, and the others stand in another order: taking
        # the stranger, the only place that is no option, for the start does not help.
        twin_context=told(
            random.sample([stranger if n == start else place for n, place in enumerate(row)], 5)
        ),
        twin_question=question,
    )


class Ride(NamedTuple):
    """Places along a street and two legs, each `{step}` places to the `{way}`."""

    street: str
    ends: tuple[str, str]
    legs: tuple[str, str]
    question: str


RIDES = read_wordings("rides", Ride, ends=parts, legs=parts)


def draw_ride(wording: Ride, random: Random) -> Draft:
    """Six places and two legs of one to three places, to either side."""
    places, name = the(random.sample(PLACES, 7)), random.choice(FIRST_NAMES)
    row, stranger = places[:-1], places[-1]
    stop = random.randrange(6)
    while True:
        steps = [random.choice((-3, -2, -1, 1, 2, 3)) for _ in wording.legs]
        start = stop - sum(steps)
        if start != stop and 0 <= start < 6 and 0 <= start + steps[0] < 6:
            break
    end, other = wording.ends

    def told(row: list[str], origin: str) -> str:
        legs = [
            leg.format(
                name=name, start=origin, step=spaces(abs(step)), way=other if step > 0 else end
            )
            for leg, step in zip(wording.legs, steps, strict=True)
        ]
        return sentences([wording.street.format(end=end, other=other, row=listing(row)), *legs])

    others = [place for n, place in enumerate(row) if n not in (start, stop)]
    question = wording.question.format(name=name)
    return Draft(
        context=told(row, row[start]),
        question=question,
        answer=row[stop],
        distractors=tuple(random.sample(others, 3)),
        # The twin starts at a place that is not in the row, whose order is another: seeing which
        # starts and ends are possible does not help.
        twin_context=told(random.sample(row, 6), stranger),
        twin_question=question,
    )


def spaces(count: int) -> str:
    return f"{NUMBERS[count]} place" + ("s" if count > 1 else "")


class Blocks(NamedTuple):
    """A walk in blocks, all four directions once; `option` takes `{count}` and `{way}`."""

    start: str
    leg: str
    question: str
    option: str


DISPLACEMENTS = read_wordings("displacements", Blocks)


def draw_displacement(wording: Blocks, random: Random) -> Draft:
    """Two opposite legs cancel out, the other two leave a rest in one of four directions."""
    rest, axis = random.randint(1, 3), random.randrange(4)
    short, side = random.randint(1, 4), random.randint(1, 5)
    lengths = {
        axis: short + rest,
        (axis + 2) % 4: short,
        (axis + 1) % 4: side,
        (axis + 3) % 4: side,
    }
    order = random.sample(range(4), 4)
    name, place = random.choice(FIRST_NAMES), f"the {random.choice(PLACES)}"

    def told(known: bool) -> str:
        legs = [
            wording.leg.format(
                name=name, way=COMPASS[way], count=blocks(lengths[way]) if known else "some blocks"
            )
            for way in order
        ]
        return sentences([wording.start.format(name=name, place=place), *legs])

    options = [wording.option.format(count=blocks(rest), way=way) for way in COMPASS]
    question = wording.question.format(name=name, place=place)
    return Draft(
        context=told(True),
        question=question,
        answer=options[axis],
        distractors=tuple(o for n, o in enumerate(options) if n != axis),
        twin_context=told(False),
        twin_question=question,
    )


class Grid(NamedTuple):
    """A map of three rows of three places, north at the top, and a walk over it."""

    rows: tuple[str, str, str]
    start: str
    leg: str
    question: str


GRIDS = read_wordings("grids", Grid, rows=parts)

MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))


def draw_grid(wording: Grid, random: Random) -> Draft:
    places, name = the(random.sample(PLACES, 10)), random.choice(FIRST_NAMES)
    while True:
        start = (random.randrange(3), random.randrange(3))
        legs = [(random.randrange(4), random.randint(1, 2)) for _ in range(3)]
        turned = all((a[0] - b[0]) % 2 for a, b in pairwise(legs))
        path = [start]
        for way, count in legs:
            down, right = MOVES[way]
            path.append((path[-1][0] + down * count, path[-1][1] + right * count))
        if turned and path[-1] != start and all(0 <= x < 3 for spot in path for x in spot):
            break

    def told(spots: list[str], origin: str) -> str:
        rows = [
            row.format(row=listing(spots[3 * n : 3 * n + 3])) for n, row in enumerate(wording.rows)
        ]
        walk = [
            wording.leg.format(
                name=name,
                count=spaces(count),
                way=COMPASS[way],
            )
            for way, count in legs
        ]
        return sentences([*rows, wording.start.format(name=name, start=origin), *walk])

    at_start, at_end = (3 * spot[0] + spot[1] for spot in (path[0], path[-1]))
    others = [places[n] for n in range(9) if n not in (at_start, at_end)]
    question = wording.question.format(name=name)
    return Draft(
        context=told(places[:9], places[at_start]),
        question=question,
        answer=places[at_end],
        distractors=tuple(random.sample(others, 3)),
        # The twin starts at a place that is not on the map, where the others are moved about:
        # seeing which starts and ends are possible does not help.
        twin_context=told(random.sample(places[:9], 9), places[9]),
        twin_question=question,
    )


class Track(NamedTuple):
    """A walk with turns, told without compass words after its start."""

    start: str
    unknown: str
    leg: str
    turns: tuple[str, str]
    question: str


TRACKS = read_wordings("tracks", Track, turns=parts)


def draw_track(wording: Track, random: Random) -> Draft:
    """Three legs; the first and the last differ in length, so that no side is left open."""
    start, turns = random.randrange(4), [random.choice((1, 3)) for _ in range(2)]
    first, last = random.sample(range(1, 6), 2)
    lengths = [first, random.randint(1, 5), last]
    ways = [start, (start + turns[0]) % 4, (start + sum(turns)) % 4]
    down = sum(MOVES[way][0] * length for way, length in zip(ways, lengths, strict=True))
    right = sum(MOVES[way][1] * length for way, length in zip(ways, lengths, strict=True))
    answer = ("north" if down < 0 else "south") + ("east" if right > 0 else "west")
    name = random.choice(FIRST_NAMES)
    place, landmark = the([random.choice(PLACES), random.choice(LANDMARKS)])
    legs = [
        wording.leg.format(name=name, turn=wording.turns[turn == 3], count=blocks(length))
        for turn, length in zip(turns, lengths[1:], strict=True)
    ]

    def told(way: str) -> str:
        return sentences(
            [
                wording.start.format(name=name, place=place, way=way, count=blocks(first)),
                *legs,
            ]
        )

    question = wording.question.format(name=name, place=place)
    corners = [ns + ew for ns in ("north", "south") for ew in ("east", "west")]
    return Draft(
        context=told(COMPASS[start]),
        question=capital(question),
        answer=answer,
        distractors=tuple(corner for corner in corners if corner != answer),
        # The twin's walk sets out towards a landmark, so that no direction follows.
        twin_context=told(wording.unknown.format(landmark=landmark)),
        twin_question=capital(question),
    )


def walk_templates() -> list[Template]:
    return [
        *templates(TYPE, "street", "easy", STREETS, draw_street),
        *templates(TYPE, "ride", "medium", RIDES, draw_ride),
        *templates(TYPE, "displacement", "medium", DISPLACEMENTS, draw_displacement),
        *templates(TYPE, "grid", "hard", GRIDS, draw_grid),
        *templates(TYPE, "track", "hard", TRACKS, draw_track),
    ]
