"""Invented nouns and neutral properties, so that no belief about the world helps."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchprof.generators.templates.sentence import capital

# Each starts with a consonant (always "a", never "an") and takes a plain "s" in the plural.
NOUNS = (
    "bavrel", "blick", "blim", "blorp", "brask", "brimp", "bront", "brop", "cland", "clorn",
    "crull", "dorv", "drell", "drim", "dwelk", "fenk", "fep", "flern", "frim", "fronk", "fump",
    "gand", "glorn", "grelk", "gwin", "halp", "holb", "hoxel", "jamber", "jelk", "jorm", "jund",
    "kelb", "klin", "kordle", "krad", "kreb", "lemb", "lutt", "mavel", "mib", "mindle", "morp",
    "munt", "narg", "nelt", "nimp", "norbel", "pallen", "pelm", "plarn", "plin", "pliv", "ponk",
    "quab", "quind", "ralt", "rilb", "runkel", "skern", "snarp", "sorbit", "stend", "tamber",
    "torv", "trem", "trob", "tull", "varn", "vonk", "vrill", "vuln", "wexel", "wimmel", "woft",
    "wrib", "wug", "yandel", "yarl", "zamp", "zeld", "zindle", "zobber", "zorp", "zunt",
)  # fmt: skip

FOODS = (
    "apples", "beans", "bread", "carrots", "cheese", "corn", "eggs", "figs", "grapes", "nuts",
    "onions", "pears", "plums", "rice", "soup",
)  # fmt: skip

MATERIALS = (
    "clay", "cotton", "glass", "gold", "iron", "leather", "paper", "rubber", "silk", "stone",
    "wood", "wool",
)  # fmt: skip

INSTRUMENTS = (
    "the cello", "the drum", "the flute", "the guitar", "the harp", "the horn", "the piano",
    "the trumpet", "the violin",
)  # fmt: skip

LETTERS = ("A", "B", "C", "D", "E", "F", "G", "H", "K", "L", "M", "N", "P", "R", "S", "T", "W")


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
