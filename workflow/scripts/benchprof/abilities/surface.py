"""How often a classifier names an item's ability by its surface, without any content word.

The masks of two abilities may differ in what the surfaces of their items set apart. How much that
is, is reported and has no bound: natural items of different abilities differ in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from statsmodels.stats.proportion import proportion_confint

from benchprof.abilities.check_line import Check
from benchprof.abilities.item import Item

TREES = 200
TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")

Features = dict[str, float]


def check_surface(abilities: Mapping[str, Mapping[str, Sequence[Item]]]) -> list[Check]:
    """What a classifier that learned from the train items names the test items of all abilities.

    Args:
        abilities: items by ability and split.
    """
    train, test = ([(i, a) for a, own in abilities.items() for i in own[split]]
                   for split in ("train", "test"))  # fmt: skip
    if len(abilities) < 2 or not train or not test:
        return []
    return [_check(name, surface, train, test) for name, surface in VIEWS.items()]


def _check(
    name: str,
    surface: Callable[[Item], Features],
    train: Sequence[tuple[Item, str]],
    test: Sequence[tuple[Item, str]],
) -> Check:
    vectors = DictVectorizer(dtype=np.float32)
    forest = RandomForestClassifier(TREES, min_samples_leaf=3, random_state=0, n_jobs=1)
    rows = vectors.fit_transform([surface(item) for item, _ in train])
    forest.fit(rows, [ability for _, ability in train])
    asked = vectors.transform([surface(item) for item, _ in test])
    # The forest reads no indices of 64 bits, which a transform gives.
    named = forest.predict(csr_matrix((asked.data, asked.indices, asked.indptr), asked.shape))
    right = sum(own == ability for own, (_, ability) in zip(named, test, strict=True))
    low, high = proportion_confint(right, len(test), method="wilson")
    figure = f"{100 * right / len(test):.0f}% ({100 * low:.0f} to {100 * high:.0f}%)"
    most = Counter(ability for _, ability in train).most_common(1)[0][1] / len(train)
    return Check("all", name, figure, None, f"of the test items; guessing {100 * most:.0f}%")


def options_surface(item: Item) -> Features:
    """The surface of the options, and how their lengths spread."""
    lengths = [len(option) for option in item.options]
    spread = {"shortest": float(min(lengths)), "longest": float(max(lengths))}
    return text_surface("\n".join(item.options)) | spread


def whole_surface(item: Item) -> Features:
    """The surface of context, question and options."""
    parts = {
        "context": text_surface(item.context),
        "question": text_surface(item.question),
        "options": options_surface(item),
    }
    return {f"{part} {key}": value for part, own in parts.items() for key, value in own.items()}


def text_surface(text: str) -> Features:
    """Length, and counts of function words and marks, alone and with what stands next to them."""
    tokens = skeleton(text)
    counts = Counter([*tokens, *(" ".join(pair) for pair in pairwise(["^", *tokens, "$"]))])
    return {"characters": float(len(text)), **{key: float(own) for key, own in counts.items()}}


def skeleton(text: str) -> list[str]:
    """The tokens of a text; a number is "0", and a content word "w", or "W" with a capital."""

    def shown(token: str) -> str:
        if not token.isalnum() or token.lower() in ENGLISH_STOP_WORDS:
            return token.lower()
        return "0" if token[0].isdigit() else "W" if token[0].isupper() else "w"

    return [shown(token) for token in TOKEN.findall(text)]


VIEWS = {
    "ability by the surface of the options": options_surface,
    "ability by the whole surface": whole_surface,
}
