"""If-then rules over arbitrary things: modus ponens and modus tollens, with both fallacies."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from deductive_reasoning.terms import LETTERS, NOUNS, paragraph
from generation.template import Draft
from generation.vocabulary import FIRST_NAMES, INVENTED_TOWNS, JOBS, OBJECTS

# What may lie in the box of one wording.
PACKED = tuple(thing for thing in OBJECTS if thing != "box")


@dataclass(frozen=True)
class Wording:
    """How one template says "if x then y", "x", "not x", and asks what else must (not) be."""

    split: str
    things: tuple[str, ...]
    option: str
    rule: str
    fact: str
    denial: str
    ask: str
    ask_denial: str


WORDINGS = (
    Wording(
        "train",
        JOBS,
        "the {}'s lamp",
        "If {x} is on, {y} is on.",
        "{x} is on.",
        "{x} is off.",
        "Which other lamp must be on?",
        "Which other lamp must be off?",
    ),
    Wording(
        "train",
        FIRST_NAMES,
        "{}",
        "If {x} comes to the party, {y} comes too.",
        "{x} comes to the party.",
        "{x} does not come to the party.",
        "Who else must come to the party?",
        "Who else cannot come to the party?",
    ),
    Wording(
        "train",
        LETTERS,
        "gate {}",
        "Whenever {x} opens, {y} opens.",
        "Right now {x} opens.",
        "Right now {x} stays shut.",
        "Which other gate is sure to open?",
        "Which other gate is sure to stay shut?",
    ),
    Wording(
        "calibration",
        NOUNS,
        "the {}",
        "{y} moves every time {x} moves.",
        "In this moment {x} moves.",
        "In this moment {x} does not move.",
        "What else is moving?",
        "What else is not moving?",
    ),
    Wording(
        "calibration",
        FIRST_NAMES,
        "{}",
        "{y} always sings when {x} sings.",
        "Tonight {x} sings.",
        "Tonight {x} does not sing.",
        "Which other person sings tonight?",
        "Which other person does not sing tonight?",
    ),
    Wording(
        "calibration",
        LETTERS,
        "card {}",
        "With {x} face up, {y} is face up as well.",
        "You see that {x} is face up.",
        "You see that {x} is face down.",
        "What else has to be face up?",
        "What else has to be face down?",
    ),
    Wording(
        "test",
        PACKED,
        "the {}",
        "The box never holds {x} without {y}.",
        "The box holds {x}.",
        "The box does not hold {x}.",
        "What does the box hold as well?",
        "What is missing from the box as well?",
    ),
    Wording(
        "test",
        FIRST_NAMES,
        "{}",
        "A vote from {x} brings a vote from {y}.",
        "There was a vote from {x}.",
        "There was no vote from {x}.",
        "Whose vote was certainly cast, too?",
        "Whose vote was certainly not cast, either?",
    ),
    Wording(
        "test",
        INVENTED_TOWNS,
        "{}",
        "On days when {x} plays, {y} plays.",
        "Today is a day when {x} plays.",
        "Today is a day when {x} does not play.",
        "Of the other teams, which one surely plays today?",
        "Of the other teams, which one surely does not play today?",
    ),
)


def easy(wording: Wording, random: Random) -> Draft:
    """One step of modus ponens among four separate rules."""
    things = _things(wording, random, 9)
    chains = [things[i : i + 2] for i in range(0, 8, 2)]
    ends = [chain[1] for chain in chains]
    return _draft(wording, random, chains, (True, things[0], things[8]), ends)


def medium(wording: Wording, random: Random) -> Draft:
    """Two chains of two rules; one step from a middle, forwards or (by denial) backwards."""
    things = _things(wording, random, 7)
    first, second = things[:3], things[3:6]
    affirmed = random.random() < 0.5
    options = [first[2], first[0]] if affirmed else [first[0], first[2]]
    options += [second[0], second[2]]
    return _draft(wording, random, [first, second], (affirmed, first[1], things[6]), options)


def hard(wording: Wording, random: Random) -> Draft:
    """Two chains of three rules; two steps, forwards or (by denial) backwards."""
    things = _things(wording, random, 9)
    first, second = things[:4], things[4:8]
    affirmed = random.random() < 0.5
    options = [first[3], first[0]] if affirmed else [first[0], first[3]]
    options += [second[0], second[3]]
    given = first[1] if affirmed else first[2]
    return _draft(wording, random, [first, second], (affirmed, given, things[8]), options)


def _things(wording: Wording, random: Random, count: int) -> list[str]:
    return [wording.option.format(thing) for thing in random.sample(wording.things, count)]


def _draft(
    wording: Wording,
    random: Random,
    chains: list[list[str]],
    given: tuple[bool, str, str],
    options: list[str],
) -> Draft:
    """The first option is the answer; the twin states its fact about a thing in no rule."""
    affirmed, thing, fresh = given
    rules = paragraph(
        random,
        [wording.rule.format(x=x, y=y) for chain in chains for x, y in pairwise(chain)],
    )
    pattern = wording.fact if affirmed else wording.denial
    fact, twin_fact = (paragraph(random, [pattern.format(x=x)]) for x in (thing, fresh))
    question = wording.ask if affirmed else wording.ask_denial
    return Draft(
        context=f"{rules} {fact}",
        question=question,
        answer=options[0],
        distractors=tuple(options[1:]),
        twin_context=f"{rules} {twin_fact}",
        twin_question=question,
    )


LEVELS = {"easy": easy, "medium": medium, "hard": hard}
