"""A rule from examples: what a change does to words or numbers, applied to a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from string import ascii_lowercase

from benchprof.generators.abilities.inductive_reasoning.words import POOLS
from benchprof.generators.table import entries, read_rows
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import FIRST_NAMES

TRIES = 2_000
EXAMPLES = 4

# All letters of a word differ, so that no two changes of a word look alike.
WORDS = POOLS["words"]
ENDINGS = POOLS["endings"]

Change = Callable[[str], str]


@dataclass(frozen=True)
class Wording:
    """How one template says that a turns into b, and asks for what a new one turns into."""

    split: str
    intro: str
    pair: str
    joint: str
    ask: str


WORDINGS: tuple[Wording, ...] = entries(read_rows(Path(__file__).with_suffix(".tsv")), Wording)


def _shifted(word: str, by: int) -> str:
    return "".join(ascii_lowercase[(ascii_lowercase.index(c) + by) % 26] for c in word)


ONE_STEP: tuple[Change, ...] = (
    lambda w: w[::-1],
    lambda w: w + w[-1],
    lambda w: w[0] + w,
    lambda w: w[1:],
    lambda w: w[:-1],
    lambda w: w[1:] + w[0],
    lambda w: w[-1] + w[:-1],
    lambda w: w[1] + w[0] + w[2:],
    lambda w: w + w[0],
)

TWO_STEPS: tuple[Change, ...] = (
    lambda w: w[::-1] + w[0],
    lambda w: w[::-1] + w[-1],
    lambda w: w[-1] + w[1:-1] + w[0],
    lambda w: w[1:] + w[0] + w[0],
    lambda w: w[1:-1] + w[0] + w[-1],
    lambda w: w[-1] + w[0] + w[1:-1],
    lambda w: w[1:][::-1] + w[0],
    lambda w: w[-1] + w[:-1][::-1],
    lambda w: _shifted(w, 1),
    lambda w: _shifted(w, -1),
    lambda w: _shifted(w[0], 1) + w[1:],
    lambda w: w[:-1] + _shifted(w[-1], 1),
)

PICKED: tuple[Change, ...] = (
    lambda w: w[0].upper(),
    lambda w: w[1].upper(),
    lambda w: w[-2].upper(),
    lambda w: w[-1].upper(),
)


def _ending(ending: str) -> Change:
    return lambda word: word + ending


def _number(factor: int, plus: int, power: int = 1) -> Change:
    return lambda text: str(factor * int(text) ** power + plus)


def _easy_changes(random: Random) -> tuple[Sequence[Change], bool]:
    form = random.choice(("ending", "ending", "letter", "sum"))
    if form == "ending":
        return [_ending(e) for e in random.sample(ENDINGS, 4)], False
    if form == "letter":
        return PICKED, False
    sign = random.choice((-1, 1))
    return [_number(1, sign * n) for n in random.sample((1, 2, 3, 4, 5, 10), 4)], True


def _medium_changes(random: Random) -> tuple[Sequence[Change], bool]:
    if random.random() < 0.7:
        return random.sample(ONE_STEP, 4), False
    pairs = [(2, 0), (3, 0), (4, 0), (5, 0), (1, random.randint(6, 15)), (1, -random.randint(1, 4))]
    return [_number(*pair) for pair in random.sample(pairs, 4)], True


def _hard_changes(random: Random) -> tuple[Sequence[Change], bool]:
    if random.random() < 0.6:
        return random.sample(TWO_STEPS, 4), False
    triples = [(2, 1), (2, -1), (2, 3), (3, 1), (3, -2), (3, 2), (4, -3), (1, 1, 2), (1, -2, 2)]
    return [_number(*triple) for triple in random.sample(triples, 4)], True


def draw(
    changes_of: Callable[[Random], tuple[Sequence[Change], bool]],
    wording: Wording,
    random: Random,
) -> Draft:
    """All examples follow one of four changes; in the twin each follows another.

    The options are what the four changes make of the new word or number, so that in the twin
    each is as well supported as the others.
    """
    for _ in range(TRIES):
        changes, numeric = changes_of(random)
        changes = random.sample(list(changes), 4)
        words = [str(n) for n in range(3, 21)] if numeric else WORDS
        *examples, asked = random.sample(words, EXAMPLES + 1)
        results = [[change(word) for change in changes] for word in (*examples, asked)]
        flat = [text for row in results for text in row]
        if len(set(flat)) == len(flat) and all(t != "0" and t[0] != "-" for t in flat):
            break
    else:
        raise ValueError("no examples tell the four changes apart")
    name = random.choice(FIRST_NAMES)
    order = random.sample(range(4), 4)
    sides = [[row[0] for row in results[:-1]], [results[i][order[i]] for i in range(EXAMPLES)]]
    text, twin = (_show(wording, name, examples, side) for side in sides)
    question = wording.ask.format(a=asked)
    return Draft(
        context=text,
        question=question,
        answer=results[-1][0],
        distractors=tuple(results[-1][1:]),
        twin_context=twin,
        twin_question=question,
    )


def _show(wording: Wording, name: str, examples: list[str], results: list[str]) -> str:
    pairs = [wording.pair.format(a=a, b=b) for a, b in zip(examples, results, strict=True)]
    return f"{wording.intro.format(n=name)} {wording.joint.join(pairs)}."


def easy(wording: Wording, random: Random) -> Draft:
    return draw(_easy_changes, wording, random)


def medium(wording: Wording, random: Random) -> Draft:
    return draw(_medium_changes, wording, random)


def hard(wording: Wording, random: Random) -> Draft:
    return draw(_hard_changes, wording, random)


LEVELS = {"easy": easy, "medium": medium, "hard": hard}
