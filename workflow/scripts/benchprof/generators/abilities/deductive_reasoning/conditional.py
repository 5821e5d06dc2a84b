"""If-then rules over arbitrary things: modus ponens and modus tollens, with both fallacies."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from benchprof.generators.abilities.deductive_reasoning.terms import (
    LETTERS,
    NOUNS,
    alike,
    paragraph,
)
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import FIRST_NAMES, INVENTED_TOWNS, JOBS, OBJECTS

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
        "Whenever {x} is open, {y} is open.",
        "Right now {x} is open.",
        "Right now {x} is shut.",
        "Which other gate is sure to be open?",
        "Which other gate is sure to be shut?",
    ),
    Wording(
        "calibration",
        NOUNS,
        "the {}",
        "{y} moves every time {x} moves.",
        "At this moment {x} is moving.",
        "At this moment {x} is not moving.",
        "What else must be moving?",
        "What else cannot be moving?",
    ),
    Wording(
        "calibration",
        FIRST_NAMES,
        "{}",
        "{y} always sings when {x} sings.",
        "Tonight {x} sings.",
        "Tonight {x} does not sing.",
        "Which other person surely sings tonight?",
        "Which other person surely does not sing tonight?",
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
        "What must the box hold as well?",
        "What must be missing from the box as well?",
    ),
    Wording(
        "test",
        FIRST_NAMES,
        "{}",
        "A vote from {x} always brings a vote from {y}.",
        "There was a vote from {x}.",
        "There was no vote from {x}.",
        "Whose vote was certainly cast, too?",
        "Whose vote was certainly not cast, either?",
    ),
    Wording(
        "test",
        INVENTED_TOWNS,
        "{}",
        "On days when {x} plays, {y} plays too.",
        "Today is a day when {x} plays.",
        "Today is a day when {x} does not play.",
        "Of the other teams, which one surely plays today?",
        "Of the other teams, which one surely does not play today?",
    ),
)


def easy(wording: Wording, random: Random) -> Draft:
    """One step of modus ponens among four separate rules."""
    ends, starts, fresh = _things(wording, random, 4)
    chains = [list(chain) for chain in zip(starts, ends, strict=True)]
    return _draft(wording, random, chains, (True, starts[0], fresh), ends)


def medium(wording: Wording, random: Random) -> Draft:
    """Two chains of two rules; one step from a middle, forwards or (by denial) backwards."""
    options, middles, fresh = _things(wording, random, 2)
    affirmed = random.random() < 0.5
    return _draft(
        wording,
        random,
        _two_chains(options, [middles[:1], middles[1:]], affirmed),
        (affirmed, middles[0], fresh),
        options,
    )


def hard(wording: Wording, random: Random) -> Draft:
    """Two chains of three rules; two steps, forwards or (by denial) backwards."""
    options, middles, fresh = _things(wording, random, 4)
    affirmed = random.random() < 0.5
    given = middles[0] if affirmed else middles[1]
    return _draft(
        wording,
        random,
        _two_chains(options, [middles[:2], middles[2:]], affirmed),
        (affirmed, given, fresh),
        options,
    )


def _things(wording: Wording, random: Random, others: int) -> tuple[list[str], list[str], str]:
    """Four things of one length for options, so many others, and one that is in no rule."""
    options = alike(random, wording.things, 4)
    *rest, fresh = random.sample([t for t in wording.things if t not in options], others + 1)
    named = wording.option.format
    return [named(t) for t in options], [named(t) for t in rest], named(fresh)


def _two_chains(options: list[str], middles: list[list[str]], affirmed: bool) -> list[list[str]]:
    """Chains that end, or start where the fact is a denial, with the answer."""
    answer, converse, third, fourth = options
    first, last = (converse, answer) if affirmed else (answer, converse)
    return [[first, *middles[0], last], [third, *middles[1], fourth]]


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
