"""How readers see the names of benchmarks and abilities; tables keep those of the configuration."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Sequence

from benchprof.tasks.definition import titles

# Words that English joins by a hyphen.
HYPHENED = {"long term": "long-term"}
# The names that their authors gave to the models in resources/models.
MODELS = {
    "gemma-3-270m": "Gemma 3 270M",
    "qwen25-coder-15b-instruct": "Qwen2.5-Coder-1.5B-Instruct",
    "smollm2-135m-instruct": "SmolLM2-135M-Instruct",
}


def readable(name: str) -> str:
    """A name to read: `piqa` as "PIQA", `contextual_recall` as "Contextual recall".

    A shipped benchmark has a title; every other name keeps its words.
    """
    words = inline(name)
    return words[:1].upper() + words[1:]


def inline(name: str) -> str:
    """The same within a sentence: "PIQA", "contextual recall"."""
    if name in titles():
        return titles()[name]
    words = name.replace("_", " ")
    for apart, joined in HYPHENED.items():
        words = words.replace(apart, joined)
    return words


def model_name(name: str) -> str:
    """A model's name to read: its authors' for those in resources/models, else the run's own."""
    return MODELS.get(name, name)


def split(names: str) -> list[str]:
    """Names as the tables join them."""
    return names.split("; ") if names else []


def series(parts: Iterable[object]) -> str:
    """Parts in words: "a, b and c"; empty of none."""
    words = list(map(str, parts))
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(count: int, one: str, more: str = "") -> str:
    """A number with its noun: "1 ability", "2 abilities"; `more` is for plurals without an s."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"


def metric(name: str) -> str:
    """A metric to read: `exact_match,strict-match` as "exact match (strict-match)".

    After a comma stands what lm-eval reads of a written answer; `none` is all of it.
    """
    measure, _, read = name.partition(",")
    words = measure.replace("_", " ")
    return f"{words} ({read})" if read not in ("", "none") else words


def wrapped(name: str, width: int) -> str:
    """`readable`, broken into lines of at most `width` characters."""
    return textwrap.fill(readable(name), width)


def codes(names: Sequence[str]) -> dict[str, str]:
    """A short name for each: its words' initials, numbered where two would be the same."""
    initials = ["".join(word[0] for word in name.split("_") if word).upper() for name in names]
    codes_of: dict[str, str] = {}
    for name, code in zip(names, initials, strict=True):
        numbered = (f"{code}{number}" for number in itertools.count(1))
        taken = {*initials, *codes_of.values()}
        free = next(own for own in numbered if own not in taken)
        codes_of[name] = code if initials.count(code) == 1 else free
    return codes_of
