"""Choosing by where the context names an option, and by what stands beside it.

These are shortcuts of a reader who searches instead of thinking. A *string matcher* takes the
option whose sentence shares most words with the question; *TF-IDF* does the same and weighs a word
by its rarity. The other two take the option that the context names first or last. An option that
the context does not name scores lowest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer

from benchprof.abilities.checks.words import content_words, sentences, words
from benchprof.abilities.item import Item

Scores = list[list[float]]


def place(option: str, text: str) -> int:
    """The index of the word at which the text first names the option; -1 where it never does."""
    sought, found = words(option), words(text)
    for start in range(len(found) - len(sought) + 1):
        if found[start : start + len(sought)] == sought:
            return start
    return -1


def by_string_matching(items: Sequence[Item]) -> Scores:
    """The most content words that a sentence with the option shares with the question."""

    def score(item: Item) -> list[float]:
        asked = set(content_words(item.question))
        return [
            float(max((len(asked & set(content_words(s))) for s in found), default=0))
            for found in sentences_of_options(item)
        ]

    return [score(item) for item in items]


def by_tfidf(items: Sequence[Item]) -> Scores:
    """The largest cosine between the question and a sentence with the option.

    Words are weighed by all contexts and questions of `items`.
    """
    texts = {text for item in items for text in (item.context, item.question) if text.strip()}
    vectorizer = TfidfVectorizer(analyzer=words).fit(sorted(texts))
    scores = []
    for item in items:
        parts = sentences_of_options(item)
        rows = vectorizer.transform([item.question, *(s for found in parts for s in found)])
        cosines = iter((rows[1:] @ rows[0].T).toarray().ravel().tolist())
        scores.append([max((next(cosines) for _ in found), default=0.0) for found in parts])
    return scores


def sentences_of_options(item: Item) -> list[list[str]]:
    """For each option the context's sentences that name it."""
    parts = sentences(item.context)
    return [[part for part in parts if place(option, part) >= 0] for option in item.options]


def first_in_context(items: Sequence[Item]) -> Scores:
    """The option whose first mention comes before the others'."""
    return _by_place(items, -1)


def last_in_context(items: Sequence[Item]) -> Scores:
    """The option whose first mention comes after the others'."""
    return _by_place(items, 1)


def _by_place(items: Sequence[Item], sign: int) -> Scores:
    places = [[place(option, item.context) for option in item.options] for item in items]
    return [[float(sign * p) if p >= 0 else -math.inf for p in one] for one in places]


SEARCHES: dict[str, Callable[[Sequence[Item]], Scores]] = {
    "by string matching": by_string_matching,
    "by TF-IDF": by_tfidf,
}
STRATEGIES = SEARCHES | {
    "the first in the context": first_in_context,
    "the last in the context": last_in_context,
}
