"""Repeating patterns of shapes, colours, sounds and the like: what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice, product
from pathlib import Path
from random import Random

from benchprof.generators.abilities.inductive_reasoning.words import POOLS
from benchprof.generators.table import entries, read_rows
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import FIRST_NAMES

Case = tuple[str, str]
"""The shown part of a pattern and its next symbol, in placeholder letters."""


@dataclass(frozen=True)
class Wording:
    """How one template shows a row of symbols, if need be with qualities, and asks for the next."""

    split: str
    symbols: tuple[str, ...]
    qualities: tuple[str, ...]
    text: str
    ask: str


WORDINGS: tuple[Wording, ...] = entries(
    read_rows(Path(__file__).with_suffix(".tsv")),
    Wording,
    symbols=POOLS.__getitem__,
    qualities=POOLS.__getitem__,
)

# A guesser that picks the symbol seen most often must be right one time in four, and one that
# picks the symbol seen least often nearly as seldom.
GUESSING = 0.25


@dataclass(frozen=True)
class Pool:
    """Cases in which the next symbol has been the most frequent so far, and the other cases."""

    frequent: tuple[Case, ...]
    rare: tuple[Case, ...]
    share: float

    def draw(self, random: Random) -> Case:
        """Draw a case; the most frequent symbol is right as often as by guessing."""
        return random.choice(self.frequent if random.random() < self.share else self.rare)


def _pool(units: tuple[str, ...], times: int, rarest: bool) -> Pool:
    """Every unit, shown this many times and then up to a whole time more.

    In short units the symbol seen least often is so often the next that, unless `rarest`, no row
    stops where it alone is.
    """
    cases = [
        ((unit * (times + 1))[:shown], unit[shown % len(unit)])
        for unit in units
        for shown in range(times * len(unit), (times + 1) * len(unit))
    ]
    cases = [case for case in cases if rarest or _hit(case, min) < 1]
    hits = [_hit(case, max) for case in cases]
    frequent = [case for case, hit in zip(cases, hits, strict=True) if hit > 0]
    rare = tuple(case for case in cases if case not in frequent)
    mean = sum(hits) / len(frequent)
    return Pool(tuple(frequent), rare, min(1, GUESSING / mean))


def _hit(case: Case, extreme: Callable[[Iterable[int]], int]) -> float:
    """The chance that the symbol seen most (least) often, or one of such, is the next one."""
    shown, following = case
    counts = {symbol: shown.count(symbol) for symbol in shown}
    guessed = [symbol for symbol, count in counts.items() if count == extreme(counts.values())]
    return (following in guessed) / len(guessed)


EASY = _pool(("ABCD", "AABCD", "ABCDD"), 3, rarest=False)
MEDIUM = _pool(("ABACD", "ABCBD", "ABACAD", "AABACD", "ABBCDD"), 2, rarest=False)
HARD = _pool(("ABACBAD", "AABCADB", "ABCADCAB", "ABBACDBA", "ABCDCBA"), 2, rarest=True)


def single(pool: Pool, wording: Wording, random: Random) -> Draft:
    """One symbol at a time; the four options are the four symbols of the pattern."""
    shown, following = pool.draw(random)
    symbols = dict(zip("ABCD", random.sample(wording.symbols, 4), strict=True))
    twin = "".join(random.choices("ABCD", k=len(shown)))
    while len(set(twin)) < 4:
        twin = "".join(random.choices("ABCD", k=len(shown)))
    return _draft(
        wording,
        random,
        [[symbols[s] for s in row] for row in (shown, twin)],
        [symbols[following], *(symbols[s] for s in "ABCD" if s != following)],
    )


# Two cycles of different length run side by side, such as colour and shape.
DOUBLE_UNITS = tuple(product(("AB", "AAB", "ABB", "ABC"), ("AABB", "ABAC", "ABCC", "ABB", "AB")))


def double(wording: Wording, random: Random) -> Draft:
    """A quality and the symbol each run in a cycle of their own; options cross two of each."""
    first, second = random.choice([pair for pair in DOUBLE_UNITS if len(pair[0]) != len(pair[1])])
    length = random.randint(8, 11)
    qualities, symbols = random.sample(wording.qualities, 3), random.sample(wording.symbols, 3)
    quality_row = [qualities["ABC".index(s)] for s in islice(first * length, length + 1)]
    symbol_row = [symbols["ABC".index(s)] for s in islice(second * length, length + 1)]
    quality, symbol = quality_row.pop(), symbol_row.pop()
    other_quality = random.choice([s for s in _distinct(quality_row) if s != quality])
    other_symbol = random.choice([s for s in _distinct(symbol_row) if s != symbol])
    rows = [
        [f"{a} {b}" for a, b in zip(quality_row, symbol_row, strict=True)],
        [f"{random.choice(quality_row)} {random.choice(symbol_row)}" for _ in range(length)],
    ]
    options = [f"{a} {b}" for a in (quality, other_quality) for b in (symbol, other_symbol)]
    return _draft(wording, random, rows, options)


def _distinct(row: list[str]) -> list[str]:
    return list(dict.fromkeys(row))


def hard(wording: Wording, random: Random) -> Draft:
    return double(wording, random) if random.random() < 0.4 else single(HARD, wording, random)


def _draft(wording: Wording, random: Random, rows: list[list[str]], options: list[str]) -> Draft:
    name = random.choice(FIRST_NAMES)
    text, twin = (wording.text.format(seq=", ".join(row), n=name) for row in rows)
    return Draft(
        context=text,
        question=wording.ask,
        answer=options[0],
        distractors=tuple(options[1:]),
        twin_context=twin,
        twin_question=wording.ask,
    )


LEVELS: dict[str, Callable[[Wording, Random], Draft]] = {
    "easy": partial(single, EASY),
    "medium": partial(single, MEDIUM),
    "hard": hard,
}
