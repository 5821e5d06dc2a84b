"""Chains of "all x are y" over invented nouns: what follows for an individual or a class."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from benchprof.generators.abilities.deductive_reasoning.terms import (
    NOUNS,
    alike,
    class_sentence,
    paragraph,
)
from benchprof.generators.table import entries, read_rows
from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import COLOURS, FIRST_NAMES, JOBS

# With "a", never "an".
CLASSES = tuple(job for job in JOBS if job[0] not in "aeiou")


@dataclass(frozen=True)
class Wording:
    """How one template says "all x are y", "n is an x" and its questions."""

    split: str
    rule: str
    fact: str
    property_rule: str
    property: str
    ask_property: str
    ask_class: str
    ask_statement: str


WORDINGS: tuple[Wording, ...] = entries(read_rows(Path(__file__).with_suffix(".tsv")), Wording)


def easy(wording: Wording, random: Random) -> Draft:
    """One step: the individual has the property of its class; three other classes are named.

    The classes are jobs, not invented nouns, and what they have is arbitrary: small models read
    common words far better, and no belief helps.
    """
    *classes, fresh = random.sample(CLASSES, 5)
    values = [f"an {c}" if c == "orange" else f"a {c}" for c in random.sample(COLOURS, 4)]
    name = random.choice(FIRST_NAMES)
    rules = paragraph(
        random,
        [
            wording.property_rule.format(x=noun, xs=f"{noun}s", p=value)
            for noun, value in zip(classes, values, strict=True)
        ],
    )
    answer, *wrong = (wording.property.format(p=value) for value in values)
    question, twin_question = (
        wording.ask_property.format(n=name, x=noun, xs=f"{noun}s") for noun in (classes[0], fresh)
    )
    return Draft(
        context=rules,
        question=question,
        answer=answer,
        distractors=tuple(wrong),
        twin_context=rules,
        twin_question=twin_question,
    )


def medium(wording: Wording, random: Random) -> Draft:
    """Two chains of two rules; the individual enters one of them at its start or its middle."""
    *nouns, fresh = alike(random, NOUNS, 7)
    first, second = nouns[:3], nouns[3:]
    if random.random() < 0.5:
        # From the middle: the start of the chain is the tempting converse.
        given, answer, wrong = first[1], first[2], [first[0], second[0], second[2]]
    else:
        # Middle terms are named twice: as answers half the time, as distractors always.
        given, answer, wrong = first[0], random.choice(first[1:]), second
    name = random.choice(FIRST_NAMES)
    rules = paragraph(random, _chain(wording, first) + _chain(wording, second))
    fact, twin_fact = (
        capital(wording.fact.format(n=name, x=noun, xs=f"{noun}s")) for noun in (given, fresh)
    )
    question = wording.ask_class.format(n=name)
    return Draft(
        context=f"{rules} {fact}",
        question=question,
        answer=f"a {answer}",
        distractors=tuple(f"a {noun}" for noun in wrong),
        twin_context=f"{rules} {twin_fact}",
        twin_question=question,
    )


def hard(wording: Wording, random: Random) -> Draft:
    """Two chains of three rules; options are a true statement, its converse and two unlinked."""
    *nouns, fresh = alike(random, NOUNS, 9)
    first, second = nouns[:4], nouns[4:]
    start, end = random.choice(((0, 2), (0, 3), (1, 3)))
    broken = random.randrange(start, end)
    rules = _chain(wording, first) + _chain(wording, second)
    twin_rules = list(rules)
    twin_rules[broken] = class_sentence(wording.rule, first[broken], fresh)
    order = random.sample(range(len(rules)), len(rules))
    pairs = (
        (first[start], first[end]),
        (first[end], first[start]),
        (first[start], second[end]),
        (second[end], first[start]),
    )
    answer, *wrong = (class_sentence(wording.rule, x, y).rstrip(".") for x, y in pairs)
    return Draft(
        context=" ".join(rules[i] for i in order),
        question=wording.ask_statement,
        answer=answer,
        distractors=tuple(wrong),
        twin_context=" ".join(twin_rules[i] for i in order),
        twin_question=wording.ask_statement,
    )


def _chain(wording: Wording, nouns: list[str]) -> list[str]:
    return [class_sentence(wording.rule, x, y) for x, y in pairwise(nouns)]


LEVELS = {"easy": easy, "medium": medium, "hard": hard}
