"""Whether a score is above guessing, with Python alone: what `profile.impact` finds with SciPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from benchprof.evaluation.fields import OptionSet, Record
from benchprof.profile.criteria import MIN_CLUSTERS, MIN_ITEMS, is_above_guessing

# As in `tasks.guessing` and `profile.impact`, which need SciPy.
CONSTANT_SIGNIFICANCE = 0.05
ROUNDING = 1e-9
TERMS = 10_000


@dataclass(frozen=True)
class Counts:
    """How often the options of a set of documents are right.

    Attributes:
        n: documents.
        best: how many of them the option is right for that is right most often.
        place: of that option in the set.
        uniform: the score of a random choice.
    """

    n: int
    best: int
    place: int
    uniform: float

    @classmethod
    def of(cls, own: OptionSet) -> Counts:
        """Of a set, all tasks together."""
        tasks = own["tasks"].values()
        right = [sum(column) for column in zip(*(task["right"] for task in tasks), strict=True)]
        best = max(right)
        return cls(sum(task["n"] for task in tasks), best, right.index(best), own["uniform"])

    @property
    def share(self) -> float:
        """The score of the best option."""
        return self.best / self.n

    @property
    def p(self) -> float:
        """The chance that a random choice is right as often."""
        return _binomial_tail(self.best, self.n, self.uniform)


def reason_of(scores: Sequence[float], record: Record) -> str:
    """The code of why a benchmark has no AIS in a metric; empty where it has.

    Args:
        scores: each item's, of the intact model.
        record: of the intact model.
    """
    if len(scores) < MIN_ITEMS:
        return "too_few_items"
    return "" if is_above_guessing(above_guessing_p(scores, record)) else "not_above_guessing"


def guessing_level(record: Record) -> float:
    """The score of guessing, computed from a record's pool; without a pool, the recorded one."""
    if "pool" not in record:
        return float(record["guessing"])
    pool = record["pool"]
    sets = [Counts.of(own) for own in pool["sets"]]
    tests = sum(len(own["options"]) for own in pool["sets"])
    levels = [own.share if own.p * tests < CONSTANT_SIGNIFICANCE else own.uniform for own in sets]
    return float(
        pool["outside"]
        + sum(own.n / pool["n"] * level for own, level in zip(sets, levels, strict=True))
    )


def above_guessing_p(scores: Sequence[float], record: Record) -> float:
    """One-sided p-value that a model does no better than guessing.

    Args:
        scores: each item's.
        record: of a model on the benchmark.
    """
    tasks: list[str] = record["items"]["task"]
    clustered = len(set(tasks)) >= MIN_CLUSTERS
    level = _above_level_p(scores, record["guessing"], tasks, clustered)
    rival = _above_rival_p(scores, record, clustered)
    return level if rival is None else max(level, rival)


def _above_level_p(
    scores: Sequence[float], guessing: float, tasks: Sequence[str], clustered: bool
) -> float:
    """Against the score of guessing as if it were known."""
    if not clustered and all(score in (0, 1) for score in scores):
        return _binomial_tail(int(sum(scores)), len(scores), guessing)
    excess = [score - guessing for score in scores]
    if clustered:
        excess = list(_by_task(tasks, excess).values())
    spread, mean = stdev(excess), fmean(excess)
    if spread <= ROUNDING:
        return 0.0 if mean > ROUNDING else 1.0
    return _student_tail(mean / (spread / math.sqrt(len(excess))), len(excess) - 1)


def _above_rival_p(scores: Sequence[float], record: Record, clustered: bool) -> float | None:
    """Against the constants that may be better than a random choice; None where there is none."""
    if "pool" not in record:
        return None
    pool = record["pool"]
    sets = [Counts.of(own) for own in pool["sets"]]
    used = {number: own for number, own in enumerate(sets) if own.p < CONSTANT_SIGNIFICANCE}
    if not used:
        return None
    n, mean = len(scores), fmean(scores)
    level = pool["outside"]
    for number, own in enumerate(sets):
        level += own.n * (own.share if number in used else own.uniform) / pool["n"]
    errors, rest = [score - mean for score in scores], 0.0
    if clustered:
        errors = _errors_of_tasks(errors, record, used)
    else:
        errors, rest = _errors_of_items(errors, record, used), _rest(record, used)
    count = len(errors)
    variance = math.fsum(e * e for e in errors) / n**2 * count / max(1, count - 1) + rest
    if math.sqrt(variance) <= ROUNDING:
        return 0.0 if mean - level > ROUNDING else 1.0
    return _student_tail((mean - level) / math.sqrt(variance), count - 1)


def _errors_of_tasks(
    errors: Sequence[float], record: Record, used: dict[int, Counts]
) -> list[float]:
    """Each task's sum of errors, without what the constants' shares in the pool explain of it.

    Args:
        errors: each item's score less the mean.
        record: of a model on the benchmark.
        used: the sets whose constant is compared with, by their place in the pool.
    """
    pool, by_task = record["pool"], _by_task(record["items"]["task"], errors)
    of_pool = dict.fromkeys(by_task, 0.0)
    for number, own in used.items():
        for task, counts in pool["sets"][number]["tasks"].items():
            if task in of_pool:
                of_pool[task] += counts["right"][own.place] - own.share * counts["n"]
    return [by_task[task] - len(errors) / pool["n"] * of_pool[task] for task in by_task]


def _errors_of_items(
    errors: Sequence[float], record: Record, used: dict[int, Counts]
) -> list[float]:
    """As `_errors_of_tasks`, of each item."""
    items, documents = record["items"], record["pool"]["n"]
    parts = [
        0.0 if own not in used else (used[own].place in right) - used[own].share
        for own, right in zip(items["set"], items["right"], strict=True)
    ]
    return [e - len(errors) / documents * part for e, part in zip(errors, parts, strict=True)]


def _rest(record: Record, used: dict[int, Counts]) -> float:
    """What the pool's documents that are no items add to the variance."""
    rest, documents = 0.0, record["pool"]["n"]
    for number, own in used.items():
        others = own.n - record["items"]["set"].count(number)
        rest += others * own.share * (1 - own.share) / documents**2
    return rest


def _by_task(tasks: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    """Sums of the items' values by their task."""
    sums: dict[str, list[float]] = {}
    for task, value in zip(tasks, values, strict=True):
        sums.setdefault(task, []).append(value)
    return {task: math.fsum(own) for task, own in sums.items()}


def _binomial_tail(right: int, n: int, chance: float) -> float:
    """Chance of `right` or more of n."""
    return 1.0 if right == 0 else _incomplete_beta(right, n - right + 1, chance)


def _student_tail(t: float, degrees: int) -> float:
    """Chance of `t` or more."""
    half = _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2
    return half if t > 0 else 1 - half


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front += a * math.log(x) + b * math.log1p(-x)
    # Lentz's way through 1 / (1 + d1 / (1 + d2 / ...)).
    value, above, below = 1.0, 1.0, 0.0
    for term in range(TERMS):
        half = term // 2
        if term == 0:
            step = 1.0
        elif term % 2 == 0:
            step = half * (b - half) * x / ((a + term - 1) * (a + term))
        else:
            step = -(a + half) * (a + b + half) * x / ((a + term - 1) * (a + term))
        below = 1 / (1 + step * below or 1e-300)
        above = 1 + step / above or 1e-300
        value *= above * below
        if term and abs(above * below - 1) < 1e-15:
            break
    return math.exp(front) / a * (value - 1)
