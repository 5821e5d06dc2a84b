"""What a benchmark's documents give to a model that does not read their questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

# The share of one answer among fewer documents says nothing of the next ones.
MIN_DOCUMENTS = 10
# Level at which a constant answer counts as better than a random choice.
CONSTANT_SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Offer:
    """The answers that one document shows.

    Attributes:
        task: the lm-eval task that the document belongs to.
        options: the texts to choose from, empty where the document shows none.
        right: indices of the right ones; empty where the answer is not among those shown.
    """

    task: str
    options: tuple[str, ...]
    right: tuple[int, ...]

    @property
    def uniform(self) -> float:
        """The score of a random choice; 0 where there is none."""
        return len(self.right) / len(self.options) if self.options else 0.0

    @property
    def texts(self) -> tuple[str, ...]:
        """The options, whatever their order."""
        return tuple(sorted(set(self.options)))

    @property
    def right_texts(self) -> tuple[int, ...]:
        """Indices of the right options among `texts`."""
        return tuple(sorted({self.texts.index(self.options[i]) for i in self.right}))


@dataclass(frozen=True)
class AnswerSet:
    """All documents that offer the same texts, such as the letters A to D or yes and no.

    Attributes:
        options: the texts.
        uniform: the mean score of a random choice.
        sizes: number of documents by lm-eval task.
        right: how often each text is right, by lm-eval task.
    """

    options: tuple[str, ...]
    uniform: float
    sizes: dict[str, int]
    right: dict[str, list[int]]

    @property
    def n(self) -> int:
        """Number of documents."""
        return sum(self.sizes.values())

    @property
    def counts(self) -> NDArray[np.float64]:
        """(options,): how often each text is right."""
        counts = np.array(list(self.right.values()), dtype=np.float64)
        return np.asarray(counts.sum(axis=0))


@dataclass(frozen=True)
class Pool:
    """All documents of a benchmark, from which a sample is drawn.

    Attributes:
        n: their number.
        outside: what a random choice scores on the documents of no set, as a part of the mean
            score of all `n`.
        sets: the sets of `MIN_DOCUMENTS` or more documents.
    """

    n: int
    outside: float
    sets: tuple[AnswerSet, ...]

    @cached_property
    def guessing(self) -> float:
        """C_b: the score of guessing, in [0, 1].

        In each set the better of a random choice and the text that is right most often, if the
        latter is significantly better; a random choice elsewhere; zero without options.
        """
        return self.outside + sum(own.n / self.n * self.level(own) for own in self.sets)

    def level(self, own: AnswerSet) -> float:
        """The score of guessing in one of the sets."""
        counts = own.counts[:, None]
        return float(guessed(counts, np.array([own.n]), own.uniform, self.tests)[0])

    @property
    def tests(self) -> int:
        """How many texts are compared with a random choice."""
        return sum(len(own.options) for own in self.sets)

    def place(self, offer: Offer) -> int | None:
        """Number of the set that a document belongs to; None where it is of none."""
        return self._numbers.get(offer.texts)

    @cached_property
    def _numbers(self) -> dict[tuple[str, ...], int]:
        return {own.options: number for number, own in enumerate(self.sets)}

    @property
    def as_json(self) -> dict[str, Any]:
        """What a record says of the pool; docs/reference/file_formats.md describes it."""
        return {
            "n": self.n,
            "outside": self.outside,
            "sets": [
                {
                    "options": list(own.options),
                    "uniform": own.uniform,
                    "guessing": self.level(own),
                    "constant": own.options[int(own.counts.argmax())]
                    if self.level(own) > own.uniform
                    else None,
                    "tasks": {
                        task: {"n": n, "right": own.right[task]} for task, n in own.sizes.items()
                    },
                }
                for own in self.sets
            ],
        }


def pool_of(offers: Sequence[Offer]) -> Pool:
    """The pool of a benchmark whose documents offer these answers."""
    by_texts: dict[tuple[str, ...], list[Offer]] = defaultdict(list)
    for offer in offers:
        by_texts[offer.texts].append(offer)
    large = {t: own for t, own in by_texts.items() if t and len(own) >= MIN_DOCUMENTS}
    outside = sum(offer.uniform for offer in offers if offer.texts not in large)
    sets = tuple(_set_of(texts, large[texts]) for texts in sorted(large))
    return Pool(len(offers), outside / len(offers), sets)


def guessed(
    right: NDArray[np.float64], sizes: NDArray[Any], uniform: float, tests: int
) -> NDArray[np.float64]:
    """The score of guessing among documents that offer the same texts, (draws,).

    The best constant answer is the largest of several shares, which chance alone puts above
    a random choice's. So it counts only where the exact binomial test finds it better, after
    Bonferroni's correction for all texts that are compared.

    Args:
        right: (options, draws), in how many documents each text is right.
        sizes: (draws,), number of documents.
        uniform: the score of a random choice.
        tests: number of texts compared.
    """
    best = right.max(axis=0)
    better = binom.sf(best - 1, sizes, uniform) * tests < CONSTANT_SIGNIFICANCE
    return np.where(better, best / np.maximum(sizes, 1), uniform)


def _set_of(texts: tuple[str, ...], offers: Iterable[Offer]) -> AnswerSet:
    offers = list(offers)
    sizes: dict[str, int] = defaultdict(int)
    right: dict[str, list[int]] = defaultdict(lambda: [0] * len(texts))
    for offer in offers:
        sizes[offer.task] += 1
        for number in offer.right_texts:
            right[offer.task][number] += 1
    uniform = sum(offer.uniform for offer in offers) / len(offers)
    counts = {task: right[task] for task in sizes}
    return AnswerSet(texts, uniform, dict(sizes), counts)
