"""Logic puzzles: four people, four things, one each; clues leave one answer to the question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice, permutations
from pathlib import Path
from random import Random

from benchprof.generators.abilities.deductive_reasoning.terms import (
    POOLS,
    alike,
)
from benchprof.generators.table import entries, read_rows
from benchprof.generators.templates.sentence import capital, listing
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import FIRST_NAMES

SIZE = 4
TRIES = 20_000
WORLDS = tuple(permutations(range(SIZE)))
EVERY_WORLD = (1 << len(WORLDS)) - 1
# HOLDS[person][thing]: the worlds, one bit each, in which the person has the thing.
HOLDS = tuple(
    tuple(
        sum(1 << w for w, world in enumerate(WORLDS) if world[person] == thing)
        for thing in range(SIZE)
    )
    for person in range(SIZE)
)

# How many people ("who") and things ("what") a clue of each kind names.
SIZES = {
    "is": {"who": 1, "what": 1},
    "not": {"who": 1, "what": 1},
    "either": {"who": 1, "what": 2},
    "if": {"who": 2, "what": 2},
}

# The kinds of clues by difficulty and question. The number of mentions of people (of things where
# a thing is asked for) is a multiple of four, so that each option can be named equally often.
KINDS = {
    ("easy", "who"): ("is", "is", "not", "not"),
    ("easy", "what"): ("is", "is", "not", "not"),
    ("medium", "who"): ("is", "not", "not", "either"),
    ("medium", "what"): ("is", "not", "not", "not", "either", "either"),
    ("hard", "who"): ("not", "not", "either", "either", "if", "if"),
    ("hard", "what"): ("not", "not", "either", "if", "if"),
}


# The twin's, of about the same length: only denials, choices and conditions can leave every option
# equally likely, and these are the mixtures in which that is common enough to draw.
TWIN_KINDS = {
    ("easy", "who"): ("not", "not", "not", "not"),
    ("easy", "what"): ("not", "not", "not", "not"),
    ("medium", "who"): ("not", "not", "either", "either"),
    ("medium", "what"): ("not", "not", "not", "not", "if", "if"),
    ("hard", "who"): ("not", "either", "if", "if", "if"),
    ("hard", "what"): ("not", "not", "either", "either", "if"),
}


@dataclass(frozen=True)
class Clue:
    """One clue: its kind, the people and things it names, the worlds it allows."""

    kind: str
    people: tuple[int, ...]
    things: tuple[int, ...]
    worlds: int


@dataclass(frozen=True)
class Wording:
    """How one template says who has what; {n}, {m} are people, {i}, {j} things."""

    split: str
    things: tuple[str, ...]
    option: str
    intro: str
    clues: dict[str, str]
    ask_who: str
    ask_what: str


def _wording(
    split: str,
    things: tuple[str, ...],
    option: str,
    intro: str,
    ask_who: str,
    ask_what: str,
    **clues: str,
) -> Wording:
    return Wording(split, things, option, intro, clues, ask_who, ask_what)


WORDINGS: tuple[Wording, ...] = entries(
    read_rows(Path(__file__).with_suffix(".tsv")), _wording, things=POOLS.__getitem__
)


def draw(difficulty: str, wording: Wording, random: Random) -> Draft:
    """Draw clues until they settle the question, and the twin's until they leave it open."""
    asked = random.choice(("who", "what"))
    world = random.randrange(len(WORLDS))
    person = random.randrange(SIZE)
    thing = WORLDS[world][person]
    cells = [HOLDS[p][thing] if asked == "who" else HOLDS[person][p] for p in range(SIZE)]
    answer = person if asked == "who" else thing
    clues = next(
        clues
        for clues in _clue_lists(random, KINDS[difficulty, asked], asked, 1 << world)
        if _settles(clues, cells[answer]) and _is_at_level(clues, cells[answer], difficulty)
    )
    twin = next(
        clues
        for clues in _clue_lists(random, TWIN_KINDS[difficulty, asked], asked, EVERY_WORLD)
        if _leaves_open(clues, cells)
    )
    return _render(wording, random, (asked, person, thing), clues, twin)


def _clue_lists(
    random: Random, kinds: tuple[str, ...], asked: str, allowed: int
) -> Iterator[list[Clue]]:
    """Lists of distinct clues, each true in an allowed world, naming each option equally often."""
    sizes = [SIZES[kind][asked] for kind in kinds]
    deck = [n for n in range(SIZE) for _ in range(sum(sizes) // SIZE)]
    for _ in range(TRIES):
        random.shuffle(deck)
        dealt = iter(deck)
        hands = [tuple(islice(dealt, size)) for size in sizes]
        if any(len(set(hand)) < len(hand) for hand in hands):
            continue
        clues = [_clue(random, k, h, asked) for k, h in zip(kinds, hands, strict=True)]
        if all(clue.worlds & allowed for clue in clues) and len(set(clues)) == len(clues):
            yield clues
    raise ValueError(f"no clues of the kinds {kinds} found")


def _clue(random: Random, kind: str, hand: tuple[int, ...], asked: str) -> Clue:
    """A clue about the people (things, where a thing is asked for) in the hand."""
    other = "what" if asked == "who" else "who"
    drawn = tuple(random.sample(range(SIZE), SIZES[kind][other]))
    people, things = (hand, drawn) if asked == "who" else (drawn, hand)
    n, i = people[0], things[0]
    if kind == "is":
        worlds = HOLDS[n][i]
    elif kind == "not":
        worlds = EVERY_WORLD ^ HOLDS[n][i]
    elif kind == "either":
        worlds = HOLDS[n][i] | HOLDS[n][things[1]]
    else:
        worlds = EVERY_WORLD ^ HOLDS[n][i] | HOLDS[people[1]][things[1]]
    return Clue(kind, people, things, worlds)


def _worlds(clues: list[Clue]) -> int:
    worlds = EVERY_WORLD
    for clue in clues:
        worlds &= clue.worlds
    return worlds


def _settles(clues: list[Clue], cell: int) -> bool:
    worlds = _worlds(clues)
    return worlds != 0 and worlds & ~cell == 0


def _is_at_level(clues: list[Clue], cell: int, difficulty: str) -> bool:
    """Never stated outright; at hard, at least one conditional clue is needed."""
    if difficulty == "hard":
        return not _settles([clue for clue in clues if clue.kind != "if"], cell)
    return not any(clue.kind == "is" and clue.worlds == cell for clue in clues)


def _leaves_open(clues: list[Clue], cells: list[int]) -> bool:
    """Whether each option is right in equally many of the worlds that remain."""
    worlds = _worlds(clues)
    counts = {(worlds & cell).bit_count() for cell in cells}
    return len(counts) == 1 and 0 not in counts


def _render(
    wording: Wording,
    random: Random,
    question: tuple[str, int, int],
    clues: list[Clue],
    twin: list[Clue],
) -> Draft:
    asked, person, thing = question
    people = alike(random, FIRST_NAMES, SIZE)
    things = [wording.option.format(t) for t in random.sample(wording.things, SIZE)]
    intro = capital(
        wording.intro.format(
            people=listing(random.sample(people, SIZE)), things=listing(random.sample(things, SIZE))
        )
    )
    texts = []
    for side in (clues, twin):
        says = [_say(wording, clue, people, things) for clue in random.sample(side, len(side))]
        texts.append(" ".join([intro, *says]))
    asking = wording.ask_who if asked == "who" else wording.ask_what
    asking = asking.format(n=people[person], i=things[thing])
    options, answer = (people, people[person]) if asked == "who" else (things, things[thing])
    return Draft(
        context=texts[0],
        question=asking,
        answer=answer,
        distractors=tuple(option for option in options if option != answer),
        twin_context=texts[1],
        twin_question=asking,
    )


def _say(wording: Wording, clue: Clue, people: list[str], things: list[str]) -> str:
    names = dict(zip("nm", (people[n] for n in clue.people), strict=False))
    names |= dict(zip("ij", (things[i] for i in clue.things), strict=False))
    return capital(wording.clues[clue.kind].format(**names))


LEVELS: dict[str, Callable[[Wording, Random], Draft]] = {
    difficulty: partial(draw, difficulty) for difficulty in ("easy", "medium", "hard")
}
