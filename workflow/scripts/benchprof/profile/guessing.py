"""The score of guessing of one benchmark, and how sure the pool of its documents makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.stats import binom

from benchprof.profile.resampling import Floats, Ints, bootstrap_totals
from benchprof.profile.units import Units
from benchprof.sampling import derived_seed
from benchprof.tasks.guessing import CONSTANT_SIGNIFICANCE, guessed


def _none(*shape: int) -> Floats:
    return np.zeros(shape)


@dataclass(frozen=True)
class Rival:
    """A constant answer that may score more than `Guessing.level`, which a model must beat too.

    Attributes:
        level: its score.
        parts: (units,), what each unit adds to the error of that score, as a sum over documents.
        pool: number of documents of the pool.
        rest: variance of that score which comes of the documents outside the sample.
    """

    level: float
    parts: Floats
    pool: int
    rest: float


@dataclass(frozen=True)
class Guessing:
    """C_b, and the counts of right answers in the pool that it comes from.

    A set is all documents that offer the same texts; a column is one text of a set. Without sets
    the level is known and has no error.

    Attributes:
        level: C_b.
        pool: number of documents of the benchmark.
        outside: what the documents of no set add to the level.
        uniform: (sets,), the score of a random choice.
        set_of: (columns,), the set of each text.
        sizes: (units, sets), documents of each set: the items where these are the units, all
            documents of the pool where tasks are.
        right: (units, columns), in how many of them each text is right.
        rest_sizes: (sets,), documents of the pool that are in no unit.
        rest_right: (columns,), in how many of them each text is right.
        clustered: whether the units are tasks.
    """

    level: float
    pool: int = 0
    outside: float = 0.0
    uniform: Floats = field(default_factory=lambda: _none(0))
    set_of: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sizes: Floats = field(default_factory=lambda: _none(0, 0))
    right: Floats = field(default_factory=lambda: _none(0, 0))
    rest_sizes: Floats = field(default_factory=lambda: _none(0))
    rest_right: Floats = field(default_factory=lambda: _none(0))
    clustered: bool = False

    @property
    def _all_sizes(self) -> Floats:
        return np.asarray(self.sizes.sum(axis=0) + self.rest_sizes)

    @property
    def _all_right(self) -> Floats:
        return np.asarray(self.right.sum(axis=0) + self.rest_right)

    def resampled(self, resamples: int, seed: int, others: int = 0) -> Floats:
        """The level in every resample of a bootstrap, (resamples,).

        The sample's units are those that the same seed draws for scores. The pool's other
        documents are drawn anew. Whether a constant answer beats a random choice is decided in
        every resample.

        Args:
            resamples: how many.
            seed: of the bootstrap.
            others: pseudo-items that the scores have beside the units.
        """
        if not len(self.uniform):
            return np.full(resamples, self.level)
        sums = np.pad(np.hstack([self.sizes, self.right]).T, ((0, 0), (0, others)))
        totals = np.rint(bootstrap_totals(sums, resamples, seed))
        sets = len(self.uniform)
        sizes = totals[:sets] + self.rest_sizes[:, None]
        right = totals[sets:] + self._drawn_rest(resamples, seed)
        return self._levels(sizes, right)

    def rival(self) -> Rival | None:
        """The best constant answers that are above a random choice at an uncorrected 5%.

        They are too unsure to count for the level, but a model is not above guessing unless it is
        above them. None where there is none.
        """
        best = self._best_columns()
        sizes, right = self._all_sizes, self._all_right[best]
        used = binom.sf(right - 1, sizes, self.uniform) < CONSTANT_SIGNIFICANCE
        if not used.any():
            return None
        shares = right / sizes
        level = self.outside + float(sizes @ np.where(used, shares, self.uniform)) / self.pool
        errors = self.right[:, best] - shares * self.sizes
        spread = np.where(used, shares * (1 - shares), 0.0)
        # Tasks that are in no unit have no part in the bootstrap either.
        rest = 0.0 if self.clustered else float(self.rest_sizes @ spread) / self.pool**2
        return Rival(level, errors @ used, self.pool, rest)

    def _best_columns(self) -> Ints:
        """(sets,): the text of each set that is right most often."""
        counts = self._all_right
        columns = [np.flatnonzero(self.set_of == own) for own in range(len(self.uniform))]
        return np.array([own[counts[own].argmax()] for own in columns], dtype=np.int64)

    def _drawn_rest(self, resamples: int, seed: int) -> Floats:
        """(columns, 1 or resamples): right answers of the documents outside the sample."""
        if self.clustered:
            return self.rest_right[:, None]
        random = np.random.default_rng(derived_seed(seed, "pool"))
        sizes = self.rest_sizes[self.set_of].astype(np.int64)[:, None]
        shares = self.rest_right[:, None] / np.maximum(sizes, 1)
        return random.binomial(sizes, shares, (len(sizes), resamples)).astype(np.float64)

    def _levels(self, sizes: Floats, right: Floats) -> Floats:
        """(draws,) from (sets, draws) and (columns, draws)."""
        levels = np.full(sizes.shape[1], self.outside)
        for number, share in enumerate(self._all_sizes / self.pool):
            own = right[self.set_of == number]
            uniform = float(self.uniform[number])
            levels += share * guessed(own, sizes[number], uniform, len(self.set_of))
        return levels


def read_guessing(record: Mapping[str, Any], units: Units) -> Guessing:
    """The score of guessing from a record; known exactly where the record has no pool.

    Args:
        record: of the intact model.
        units: of its items.
    """
    pool = record.get("pool", {"n": record["n"], "sets": []})
    if not pool["sets"]:
        return Guessing(record["guessing"], pool["n"])
    sets, items = pool["sets"], record["items"]
    widths = [len(own["options"]) for own in sets]
    first = np.concatenate([[0], np.cumsum(widths)[:-1]]).astype(np.int64)
    sizes, right = _none(len(items["task"]), len(sets)), _none(len(items["task"]), sum(widths))
    for number, (own, texts) in enumerate(zip(items["set"], items["right"], strict=True)):
        if own is not None:
            sizes[number, own] = 1.0
            right[number, first[own] + np.array(texts, dtype=np.int64)] = 1.0
    all_sizes = np.array([sum(t["n"] for t in own["tasks"].values()) for own in sets], dtype=float)
    all_right = np.concatenate(
        [np.sum([t["right"] for t in own["tasks"].values()], axis=0) for own in sets]
    )
    if units.clustered:
        sizes, right = _by_task(sets, items["task"], units, sum(widths))
    return Guessing(
        level=record["guessing"],
        pool=pool["n"],
        outside=pool["outside"],
        uniform=np.array([own["uniform"] for own in sets]),
        set_of=np.repeat(np.arange(len(sets)), widths),
        sizes=sizes,
        right=right,
        rest_sizes=all_sizes - sizes.sum(axis=0),
        rest_right=all_right - right.sum(axis=0),
        clustered=units.clustered,
    )


def _by_task(
    sets: list[dict[str, Any]], tasks: list[str], units: Units, columns: int
) -> tuple[Floats, Floats]:
    """Documents of the pool by the task that is their unit: (units, sets), (units, columns)."""
    unit_of = dict(zip(tasks, units.labels.tolist(), strict=True))
    sizes, right = _none(len(units), len(sets)), _none(len(units), columns)
    first = 0
    for number, own in enumerate(sets):
        last = first + len(own["options"])
        for task, counts in own["tasks"].items():
            if task in unit_of:
                sizes[unit_of[task], number] = counts["n"]
                right[unit_of[task], first:last] = counts["right"]
        first = last
    return sizes, right
