"""Whether a way of choosing options that needs no ability is better than guessing.

Each way is tried on all items of an ability and on their counterfactuals. A counterfactual has the
same options, so a preference for an option that is right in the item costs as much in the
counterfactual. A way fails if even the lower end of its 95% interval (over items, each averaged
with its counterfactual) is more than `MOST` points above guessing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchprof.abilities.check_line import Check
from benchprof.abilities.item import Item, control_item_of

MOST = 10
FOLDS = 5
# Whoever recalls from a text does well to search it: what searching gives is only reported.
RECALL = "contextual_recall"
WORD = re.compile(r"[^\W_]+")
SENTENCE_END = re.compile(r"(?<=[.!?])[\"'\u2019\u201d)]*\s+|\n+")

Scores = Sequence[Sequence[float]]


def check_choices(ability: str, items: Sequence[Item]) -> list[Check]:
    """A line per way of choosing."""
    texts, numbers = with_counterfactuals(items)
    return [
        _check(ability, name, texts, numbers, score(texts, numbers)) for name, score in WAYS.items()
    ]


def with_counterfactuals(items: Sequence[Item]) -> tuple[list[Item], list[int]]:
    """All items and their counterfactuals, and for each of these the number of its item."""
    having = [number for number, item in enumerate(items) if "counterfactual" in item.control_items]
    counterfactuals = [control_item_of(items[number], "counterfactual") for number in having]
    return [*items, *counterfactuals], [*range(len(items)), *having]


def _check(
    ability: str, name: str, texts: Sequence[Item], numbers: Sequence[int], scores: Scores
) -> Check:
    excess = [
        100 * (hit(item, own) - 1 / len(item.options))
        for item, own in zip(texts, scores, strict=True)
    ]
    mean, low, high = interval(excess, numbers)
    unbounded = ability == RECALL and WAYS[name] in (first_named, string_matcher)
    return Check(
        ability,
        name,
        f"{mean:+.1f} ({low:+.1f} to {high:+.1f})",
        None if unbounded else low <= MOST,
        "points above guessing" + ("" if unbounded else f", lower end at most {MOST}"),
    )


def interval(values: Sequence[float], numbers: Sequence[int]) -> tuple[float, float, float]:
    """The mean of values and its 95% interval; values of one number count as one."""
    counts = np.bincount(numbers)
    means = np.bincount(numbers, weights=values) / counts
    mean = float(means.mean())
    half = 1.96 * float(means.std(ddof=1)) / math.sqrt(len(means)) if len(means) > 1 else math.inf
    return mean, mean - half, mean + half


def hit(item: Item, scores: Sequence[float]) -> float:
    """1 if the right option alone scores highest, 1/k if it ties with k - 1 others, else 0."""
    best = max(scores)
    tied = [place for place, score in enumerate(scores) if score >= best - 1e-9]
    return 1 / len(tied) if item.answer in tied else 0.0


def _by_place(place: int) -> Callable[[Sequence[Item], Sequence[int]], Scores]:
    def score(texts: Sequence[Item], _: Sequence[int]) -> Scores:
        return [[float(n == place) for n in range(len(item.options))] for item in texts]

    return score


def longest(texts: Sequence[Item], _: Sequence[int]) -> Scores:
    """More characters, higher score."""
    return [[float(len(option)) for option in item.options] for item in texts]


def first_named(texts: Sequence[Item], _: Sequence[int]) -> Scores:
    """The earlier the context names an option, the higher its score; 0 without a mention."""

    def score(option: str, context: str) -> float:
        place = context.lower().find(option.lower())
        return 1 / (1 + place) if place >= 0 else 0.0

    return [[score(option, item.context) for option in item.options] for item in texts]


def odd_one_out(texts: Sequence[Item], _: Sequence[int]) -> Scores:
    """The less an option has in common with the others of its item, in pieces of words."""
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3))
    vectors.fit(option for item in texts for option in item.options)
    rows = [vectors.transform(item.options) for item in texts]
    return [(-np.asarray((row @ row.T).sum(axis=1)).ravel()).tolist() for row in rows]


def string_matcher(texts: Sequence[Item], _: Sequence[int]) -> Scores:
    """The largest cosine of the question and a sentence of the context that names the option.

    A word weighs more the rarer it is among all contexts and questions.
    """
    vectors = TfidfVectorizer(analyzer=words)
    vectors.fit(text for item in texts for text in (item.context, item.question))
    scores = []
    for item in texts:
        sentences = [part for part in SENTENCE_END.split(item.context) if part.strip()]
        rows = vectors.transform([item.question, *sentences])
        cosines = (rows[1:] @ rows[0].T).toarray().ravel().tolist()
        scores.append([
            max((c for c, own in zip(cosines, sentences, strict=True) if names(own, option)),
                default=0.0)
            for option in item.options
        ])  # fmt: skip
    return scores


def names(text: str, option: str) -> bool:
    """Whether the words of an option stand in a text, one after the other."""
    return f" {' '.join(words(option))} " in f" {' '.join(words(text))} "


def words(text: str) -> list[str]:
    """The words and numbers in lower case, or the symbols of a text that has none."""
    return WORD.findall(text.lower()) or text.split()


def _option_words(_: Item, option: str) -> list[str]:
    found = words(option)
    return found + [" ".join(pair) for pair in pairwise(found)]


def _question_words(item: Item, option: str) -> list[str]:
    """What the option has, and each pair of a word of the question with one of the option."""
    asked, found = sorted(set(words(item.question))), sorted(set(words(option)))
    pairs = [f"{one}|{other}" for one in asked for other in found]
    return [*_option_words(item, option), *pairs, *["(repeated)" for own in found if own in asked]]


def _learned(
    features: Callable[[Item, str], list[str]],
) -> Callable[[Sequence[Item], Sequence[int]], Scores]:
    """The log odds of a regression that has seen neither the item nor its counterfactual."""

    def score(texts: Sequence[Item], numbers: Sequence[int]) -> Scores:
        documents = [["", *features(item, option)] for item in texts for option in item.options]
        # What one option alone has says nothing about another.
        rows = TfidfVectorizer(analyzer=list, min_df=2).fit_transform(documents)
        sizes = [len(item.options) for item in texts]
        right = np.concatenate([np.arange(len(i.options)) == i.answer for i in texts])
        groups = np.repeat(numbers, sizes)
        odds = np.zeros(len(right))
        for fitted, held_out in _folds(groups):
            model = LogisticRegression(solver="liblinear", random_state=0)
            odds[held_out] = model.fit(rows[fitted], right[fitted]).decision_function(
                rows[held_out]
            )
        return [own.tolist() for own in np.split(odds, np.cumsum(sizes)[:-1])]

    return score


def _folds(groups: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Divisions in which no group is divided; none of a single group."""
    parts = min(FOLDS, len(np.unique(groups)))
    if parts < 2:
        return []
    return list(GroupKFold(parts, shuffle=True, random_state=0).split(groups, groups=groups))


WAYS: dict[str, Callable[[Sequence[Item], Sequence[int]], Scores]] = {
    **{f"option {place + 1}": _by_place(place) for place in range(4)},
    "the longest option": longest,
    "the option named first": first_named,
    "the odd one out": odd_one_out,
    "a string matcher": string_matcher,
    "words of the options alone": _learned(_option_words),
    "words of the question alone": _learned(_question_words),
}
