"""Negation and quantifiers: what follows from all, no and some, and what is left when not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchprof.generators.abilities.deductive_reasoning.terms import (
    NOUNS,
    POOLS,
    alike,
    class_sentence,
    paragraph,
)
from benchprof.generators.table import entries, read_rows
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import FIRST_NAMES


@dataclass(frozen=True)
class Wording:
    """How one template says all, no, some, some not, and the sentences of an elimination."""

    split: str
    every: str
    none: str
    some: str
    some_not: str
    ask_statement: str
    either: str
    denial: str
    neither: str
    values: tuple[str, ...]
    ask_value: str


WORDINGS: tuple[Wording, ...] = entries(
    read_rows(Path(__file__).with_suffix(".tsv")), Wording, values=POOLS.__getitem__
)

# Pairs of conclusions of which either can be right while the other does not follow. "All" beside
# "some" and "no" beside "some not" are no such pairs: the stronger one implies the weaker.
RIVALS = (("every", "none"), ("every", "some_not"), ("some", "none"), ("some", "some_not"))

# Conclusion: the quantifiers of the first and the last premise that give it.
PREMISES = {
    "every": ("every", "every"),
    "none": ("every", "none"),
    "some": ("some", "every"),
    "some_not": ("some", "none"),
}


def easy(wording: Wording, random: Random) -> Draft:
    """Either-or and a denial; two more people make every value occur twice."""
    name, other, third, fresh = random.sample(FIRST_NAMES, 4)
    denied, answer, other_denied, rest = random.sample(wording.values, 4)
    first, second = random.sample((answer, rest), 2)
    sentences = [
        _either(wording, random, name, denied, answer),
        wording.denial.format(n=name, p=denied),
        _either(wording, random, other, other_denied, rest),
        wording.denial.format(n=other, p=other_denied),
        wording.neither.format(n=third, p=first, q=second),
    ]
    context = paragraph(random, sentences)
    return Draft(
        context=context,
        question=wording.ask_value.format(n=name),
        answer=answer,
        distractors=(denied, other_denied, rest),
        twin_context=context,
        twin_question=wording.ask_value.format(n=fresh),
    )


def medium(wording: Wording, random: Random) -> Draft:
    return _statements(wording, random, length=3)


def hard(wording: Wording, random: Random) -> Draft:
    return _statements(wording, random, length=4)


def _either(wording: Wording, random: Random, name: str, p: str, q: str) -> str:
    first, second = random.sample((p, q), 2)
    return wording.either.format(n=name, p=first, q=second)


def _statements(wording: Wording, random: Random, length: int) -> Draft:
    """Two chains of classes, one giving each of two rival conclusions.

    Both options with the right quantifier, and both about the right classes, occur once with the
    other quantifier and once with a class of the other chain: only the one combination follows.
    """
    *nouns, fresh = alike(random, NOUNS, 2 * length + 1)
    first, second = nouns[:length], nouns[length:]
    right, rival = random.sample(random.choice(RIVALS), 2)
    premises = _premises(wording, first, right) + _premises(wording, second, rival)
    broken = random.randrange(1, length - 1)
    cut = [*first[:broken], fresh, *first[broken + 1 :]]
    twin_premises = list(premises)
    twin_premises[broken] = _premises(wording, cut, right)[broken]
    order = random.sample(range(len(premises)), len(premises))
    options = [
        class_sentence(getattr(wording, quantifier), first[0], chain[-1]).rstrip(".")
        for quantifier, chain in (
            (right, first),
            (rival, first),
            (right, second),
            (rival, second),
        )
    ]
    return Draft(
        context=" ".join(premises[i] for i in order),
        question=wording.ask_statement,
        answer=options[0],
        distractors=tuple(options[1:]),
        twin_context=" ".join(twin_premises[i] for i in order),
        twin_question=wording.ask_statement,
    )


def _premises(wording: Wording, nouns: list[str], conclusion: str) -> list[str]:
    first, last = PREMISES[conclusion]
    quantifiers = [first, *["every"] * (len(nouns) - 3), last]
    return [
        class_sentence(getattr(wording, quantifier), x, y)
        for quantifier, x, y in zip(quantifiers, nouns[:-1], nouns[1:], strict=True)
    ]


LEVELS = {"easy": easy, "medium": medium, "hard": hard}
