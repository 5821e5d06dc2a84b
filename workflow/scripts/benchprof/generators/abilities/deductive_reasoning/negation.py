"""Negation and quantifiers: what follows from all, no and some, and what is left when not."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from benchprof.generators.abilities.deductive_reasoning.terms import (
    FOODS,
    INSTRUMENTS,
    MATERIALS,
    NOUNS,
    alike,
    class_sentence,
    paragraph,
)
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import COLOURS, FIRST_NAMES


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


WORDINGS = (
    Wording(
        "train",
        "All {xs} are {ys}.",
        "No {xs} are {ys}.",
        "Some {xs} are {ys}.",
        "Some {xs} are not {ys}.",
        "Which of these must be true?",
        "{n}'s hat is {p} or {q}.",
        "{n}'s hat is not {p}.",
        "{n}'s hat is not {p} and not {q}.",
        COLOURS,
        "What colour is {n}'s hat?",
    ),
    Wording(
        "train",
        "Every {x} is a {y}.",
        "Not a single {x} is a {y}.",
        "At least one {x} is a {y}.",
        "At least one {x} is not a {y}.",
        "Which sentence follows from the text?",
        "{n} eats {p} or {q}.",
        "{n} does not eat {p}.",
        "{n} does not eat {p} or {q}.",
        FOODS,
        "What does {n} eat?",
    ),
    Wording(
        "train",
        "Each {x} counts as a {y}.",
        "No {x} at all counts as a {y}.",
        "There are {xs} that count as {ys}.",
        "There are {xs} that do not count as {ys}.",
        "What can be concluded?",
        "{n}'s box is made of {p} or {q}.",
        "{n}'s box is not made of {p}.",
        "{n}'s box is not made of {p} or {q}.",
        MATERIALS,
        "What is {n}'s box made of?",
    ),
    Wording(
        "calibration",
        "{xs} are always {ys}.",
        "{xs} are never {ys}.",
        "Certain {xs} are {ys}.",
        "Certain {xs} are not {ys}.",
        "Which claim is proved by these facts?",
        "Either {p} or {q} is the colour of {n}'s door.",
        "The colour of {n}'s door is certainly not {p}.",
        "Neither {p} nor {q} is the colour of {n}'s door.",
        COLOURS,
        "Which colour does {n}'s door have?",
    ),
    Wording(
        "calibration",
        "Any {x} is also a {y}.",
        "There is no {x} that is also a {y}.",
        "At least some of the {xs} are also {ys}.",
        "At least some of the {xs} are not {ys}.",
        "Which further claim do we know to hold?",
        "We know that {n} plays either {p} or {q}.",
        "We know that {n} cannot play {p}.",
        "We know that {n} plays neither {p} nor {q}.",
        INSTRUMENTS,
        "What does {n} play?",
    ),
    Wording(
        "calibration",
        "The {xs} are {ys} without exception.",
        "The {xs} and the {ys} have no member in common.",
        "The {xs} and the {ys} have members in common.",
        "The {xs} are not all {ys}.",
        "Which of the four claims is certain?",
        "Two foods are possible for {n}: {p} and {q}.",
        "For {n}, {p} can be ruled out.",
        "For {n}, {p} and {q} can be ruled out.",
        FOODS,
        "Which food is it for {n}?",
    ),
    Wording(
        "test",
        "Everything that is a {x} is a {y}.",
        "Nothing that is a {x} is a {y}.",
        "There is something that is both a {x} and a {y}.",
        "There is something that is a {x} but not a {y}.",
        "Which option has to be right?",
        "{n} built a model from {p} or from {q}.",
        "The model that {n} built has no {p} in it.",
        "The model that {n} built has no {p} and no {q} in it.",
        MATERIALS,
        "From what did {n} build a model?",
    ),
    Wording(
        "test",
        "All of the {xs} belong to the {ys}.",
        "None of the {xs} belong to the {ys}.",
        "Some of the {xs} belong to the {ys}.",
        "Some of the {xs} do not belong to the {ys}.",
        "By these rules, what holds?",
        "Today {n} wears one of two colours, {p} or {q}.",
        "Today {n} wears no {p}.",
        "Today {n} wears no {p} and no {q}.",
        COLOURS,
        "Which colour is {n} wearing today?",
    ),
    Wording(
        "test",
        "Among the {xs} there are only {ys}.",
        "Among the {xs} there are no {ys}.",
        "Among the {xs} there are some {ys}.",
        "Among the {xs} there are some that are not {ys}.",
        "Choose the statement that cannot fail to be true.",
        "In {n}'s bag you will find {p}, or else {q}.",
        "In {n}'s bag you will not find {p}.",
        "In {n}'s bag you will find no {p} and no {q}.",
        FOODS,
        "What will you find in {n}'s bag?",
    ),
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
