"""The score of guessing of one benchmark, and how sure the pool of its documents makes it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.stats import binom

from benchprof.evaluation.fields import OptionSet, Record
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
    the level of a pool is known and has no error; that of resampled tasks depends on the tasks.

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
        outside_parts: (units, 2), of tasks alone: how many documents of no set a task has, and what
            a random choice scores on them, as a sum.
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
    outside_parts: Floats = field(default_factory=lambda: _none(0, 2))

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
        every resample. Tasks bring all their documents: where their scores of guessing differ, the
        level depends on which were drawn, as the model's score does. Of items the pool keeps its
        sets as large as they are.

        Args:
            resamples: how many.
            seed: of the bootstrap.
            others: pseudo-items that the scores have beside the units.
        """
        if not len(self.sizes):
            return np.full(resamples, self.level)

        def totals(parts: Floats) -> Floats:
            return bootstrap_totals(np.pad(parts.T, ((0, 0), (0, others))), resamples, seed)

        sizes = totals(self.sizes) + self.rest_sizes[:, None]
        right = totals(self.right) + self._drawn_rest(resamples, seed)
        if not self.clustered:
            shares = np.tile(self._all_sizes[:, None] / self.pool, resamples)
            return self._levels(sizes, right, shares, np.full(resamples, self.outside))
        number, score = totals(self.outside_parts) + self._rest_outside
        documents = np.maximum(sizes.sum(axis=0) + number, 1)
        return self._levels(sizes, right, sizes / documents, score / documents)

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

    @property
    def _rest_outside(self) -> Floats:
        """(2, 1), as `outside_parts`: of the documents of no set that are in no unit."""
        every = np.array([self.pool - self._all_sizes.sum(), self.outside * self.pool])
        return np.asarray(every - self.outside_parts.sum(axis=0))[:, None]

    def _levels(self, sizes: Floats, right: Floats, shares: Floats, outside: Floats) -> Floats:
        """The level in every draw, (draws,).

        Args:
            sizes: (sets, draws), documents of each set.
            right: (columns, draws), in how many of them each text is right.
            shares: (sets, draws), each set's share of all documents.
            outside: (draws,), what the documents of no set add.
        """
        levels = outside
        for number, share in enumerate(shares):
            own = right[self.set_of == number]
            uniform = float(self.uniform[number])
            levels = levels + share * guessed(own, sizes[number], uniform, len(self.set_of))
        return levels


def read_guessing(record: Record, units: Units) -> Guessing:
    """The score of guessing from a record; known exactly where the record has no pool.

    Args:
        record: of the intact model.
        units: of its items.
    """
    pool = record.get("pool")
    if pool is None or not (pool["sets"] or units.clustered):
        return Guessing(record["guessing"], record["n"] if pool is None else pool["n"])
    sets, items = pool["sets"], record["items"]
    widths = [len(own["options"]) for own in sets]
    first = np.concatenate([[0], np.cumsum(widths)[:-1]]).astype(np.int64)
    sizes, right = _none(len(items["task"]), len(sets)), _none(len(items["task"]), sum(widths))
    for number, (place, texts) in enumerate(zip(items["set"], items["right"], strict=True)):
        if place is not None:
            sizes[number, place] = 1.0
            right[number, first[place] + np.array(texts, dtype=np.int64)] = 1.0
    all_sizes = np.array([sum(t["n"] for t in own["tasks"].values()) for own in sets], dtype=float)
    all_right = np.concatenate(
        [_none(0), *(np.sum([t["right"] for t in own["tasks"].values()], axis=0) for own in sets)]
    )
    outside_parts = _none(0, 2)
    if units.clustered:
        sizes, right = _by_task(sets, items["task"], units, sum(widths))
        outside_parts = _outside_by_task(record, pool["n"] - all_sizes.sum(), units)
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
        outside_parts=outside_parts,
    )


def _by_task(
    sets: list[OptionSet], tasks: list[str], units: Units, columns: int
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


def _outside_by_task(record: Record, documents: float, units: Units) -> Floats:
    """How many documents of no set each task has, and the score of guessing on them: (units, 2).

    A record holds both only for the whole pool and for each of its own items. So the pool's are
    spread over the tasks as the items' are. Items with written answers do not show their choices.
    If their documents have a score of guessing, neither is spread: the number of documents alone
    would move C the wrong way.

    Args:
        record: of the intact model.
        documents: of no set, in the pool.
        units: of its items.
    """
    pool, items = record["pool"], record["items"]
    parts = _none(2, len(items["set"]))
    for number, own in enumerate(items["set"]):
        if own is None:
            chance = len(items["gold"][number]) / len(items["responses"][number])
            parts[:, number] = 1.0, chance
    sums = units.sums(parts)
    found = sums.sum(axis=1)
    every = np.array([documents, pool["outside"] * pool["n"]])
    if every[1] > 0 and found[1] == 0:
        return np.zeros_like(sums.T)
    return np.asarray(sums * np.divide(every, found, out=_none(2), where=found > 0)[:, None]).T
