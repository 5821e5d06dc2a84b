"""If-then rules over arbitrary things: modus ponens and modus tollens, with both fallacies."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from benchprof.generators.abilities.deductive_reasoning.terms import (
    POOLS,
    alike,
    paragraph,
)
from benchprof.generators.table import entries, read_rows
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import OBJECTS

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


# What a wording is about.
THINGS = POOLS | {"packed": PACKED}
WORDINGS: tuple[Wording, ...] = entries(
    read_rows(Path(__file__).with_suffix(".tsv")), Wording, things=THINGS.__getitem__
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
