"""The form of a text: what can be counted in it without reading a content word.

Features are a dictionary from name to number; what is absent is zero. Shares stand beside counts,
since a text of twice the length has twice the commas.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from statistics import mean, pstdev

from benchprof.abilities.checks.grammar import skeleton
from benchprof.abilities.checks.words import WORD, sentences
from benchprof.abilities.item import Item

Features = dict[str, float]

QUOTES = frozenset("\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb")  # the curved and angled ones too


def character_class(character: str) -> str:
    """Digit, capital, small letter, space, or the punctuation mark or symbol itself."""
    if character.isdigit():
        return "digits"
    if character.isalpha():
        return "capitals" if character.isupper() else "small letters"
    return "spaces" if character.isspace() else character


def text_form(text: str) -> Features:
    """Characters by class, lengths, and function words, as counts and as shares."""
    tokens, parts = WORD.findall(text.lower()), sentences(text)
    classes = Counter(character_class(character) for character in text)
    classes["quotes"] = sum(classes[mark] for mark in QUOTES & classes.keys())
    features: Features = {
        "characters": len(text),
        "words": len(tokens),
        "sentences": len(parts),
        "words per sentence": len(tokens) / max(1, len(parts)),
        "characters per word": mean(map(len, tokens)) if tokens else 0.0,
    }
    for name, count in classes.items():
        features[name] = count
        features[f"share of {name}"] = count / max(1, len(text))
    for word, count in Counter(skeleton(tokens)).items():
        features[f"'{word}'"] = count
        features[f"share of '{word}'"] = count / len(tokens)
    return features


def options_form(item: Item) -> Features:
    """The form of all options together, and how their lengths spread."""
    features = text_form("\n".join(item.options))
    for name, size in (("characters", len), ("words", _word_count)):
        sizes = [size(option) for option in item.options]
        features[f"mean of {name}"] = mean(sizes)
        features[f"least {name}"], features[f"most {name}"] = min(sizes), max(sizes)
        features[f"spread of {name}"] = pstdev(sizes)
    return features


def _word_count(text: str) -> int:
    return len(WORD.findall(text))


def context_form(item: Item) -> Features:
    """The form of the context."""
    return text_form(item.context)


def context_and_options_form(item: Item) -> Features:
    """Both, each under its own name."""
    return joined(context=context_form(item), options=options_form(item))


def context_and_question_form(item: Item) -> Features:
    """The form of what stands before the options, each under its own name."""
    return joined(context=context_form(item), question=text_form(item.question))


def joined(**parts: Features) -> Features:
    """The features of several texts, each named after its text."""
    return {f"{part}: {key}": value for part, form in parts.items() for key, value in form.items()}


def question_form(item: Item) -> Features:
    """The question's form, with its function words in their order: alone and as pairs.

    A placeholder keeps the places of the content words, so that "what is the _ of" differs from
    "what is the".
    """
    tokens = ["^", *skeleton(WORD.findall(item.question.lower())), "$"]
    pairs = Counter(f"'{left} {right}'" for left, right in pairwise(tokens))
    return text_form(item.question) | {pair: float(count) for pair, count in pairs.items()}
