"""Invented nouns and neutral properties, so that no belief about the world helps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from benchprof.generators.table import read_pools
from benchprof.generators.templates import vocabulary
from benchprof.generators.templates.sentence import capital

# By the names that tables of wordings have for them.
POOLS = vocabulary.POOLS | read_pools(Path(__file__).with_suffix(".tsv"))

# Each starts with a consonant (always "a", never "an") and takes a plain "s" in the plural.
NOUNS = POOLS["nouns"]


def alike(random: Random, words: Sequence[str], count: int) -> list[str]:
    """Distinct words of one length, for options that no length tells apart."""
    lengths = [len(word) for word in words]
    length = random.choice([n for n in lengths if lengths.count(n) >= count])
    return random.sample([word for word in words if len(word) == length], count)


def paragraph(random: Random, sentences: Sequence[str]) -> str:
    """The sentences in random order."""
    return " ".join(capital(text) for text in random.sample(sentences, len(sentences)))


def class_sentence(pattern: str, x: str, y: str = "") -> str:
    """Fill in one or two invented nouns: {x} and {y}, in the plural {xs} and {ys}."""
    return capital(pattern.format(x=x, xs=f"{x}s", y=y, ys=f"{y}s"))
