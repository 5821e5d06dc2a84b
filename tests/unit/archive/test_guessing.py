"""Above guessing or not, with Python alone: what the profile stage finds with SciPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.records import record_of

from benchprof.archive import guessing
from benchprof.archive.guessing import above_guessing_p, guessing_level, reason_of
from benchprof.evaluation.fields import Record
from benchprof.profile import reason
from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.profile.guessing import read_guessing
from benchprof.profile.impact import ROUNDING
from benchprof.profile.impact import above_guessing_p as of_library
from benchprof.profile.units import units_of
from benchprof.tasks.guessing import CONSTANT_SIGNIFICANCE, Offer, pool_of

chances = st.floats(0, 0.875)


def record(guessing: float, tasks: list[str], **more: Any) -> Record:
    """Of written answers: no choices are known."""
    texts = [["a text"]] * len(tasks)
    return record_of(texts, tasks=tasks, gold=[[]] * len(tasks), guessing=guessing, **more)


def expected(scores: list[float], own: Record) -> float:
    units = units_of(own["items"]["task"])
    values = np.array([scores], dtype=float)
    return float(of_library(values, read_guessing(own, units), units)[0])


def test_the_constants_are_the_library_s() -> None:
    own = (guessing.CONSTANT_SIGNIFICANCE, guessing.ROUNDING)
    assert own == (CONSTANT_SIGNIFICANCE, ROUNDING)


@given(st.integers(2, 3000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), chances)
@example((200, 200), 0.25)
@example((1000, 250), 0.25)
@example((692, 673), 0.34375)
def test_right_or_wrong(counts: tuple[int, int], chance: float) -> None:
    n, right = counts
    scores = [1.0] * right + [0.0] * (n - right)
    own = record(chance, ["task"] * n)
    found = above_guessing_p(scores, own)
    # Far out SciPy's is not as exact: 1e-8 off at 673 of 692 and a chance of 11/32.
    assert found == pytest.approx(expected(scores, own), rel=1e-8, abs=1e-100)


@given(
    st.lists(st.floats(0, 1, width=16), min_size=3, max_size=60).filter(lambda s: np.ptp(s) > 0.01),
    chances,
)
def test_continuous_scores(scores: list[float], chance: float) -> None:
    own = record(chance, ["task"] * len(scores))
    found = above_guessing_p(scores, own)
    assert found == pytest.approx(expected(scores, own), rel=1e-7, abs=1e-12)


@given(st.lists(st.booleans(), min_size=60, max_size=60), st.integers(2, 15), chances)
def test_clusters_of_items(right: list[bool], clusters: int, chance: float) -> None:
    tasks = [f"task {n % clusters}" for n in range(len(right))]
    scores = [float(own) for own in right]
    found = above_guessing_p(scores, record(chance, tasks))
    wanted = expected(scores, record(chance, tasks))
    if math.isnan(found):
        assert math.isnan(wanted) or wanted > SIGNIFICANCE
    else:
        assert found == pytest.approx(wanted, rel=1e-7, abs=1e-9)


def test_a_score_has_a_reason_or_is_above_guessing() -> None:
    # Sums of binomial terms: 18 or more of 40 right have a chance of 0.0047, 14 or more of 0.103.
    def scores(right: int, n: int) -> list[float]:
        return [1.0] * right + [0.0] * (n - right)

    own = record(0.25, ["task"] * 40)
    assert reason_of(scores(18, 40), own) == ""
    assert reason_of(scores(14, 40), own) == reason.NOT_ABOVE_GUESSING
    assert reason_of(scores(9, 9), record(0.25, ["task"] * 9)) == reason.TOO_FEW_ITEMS
    assert reason_of([0.25] * 40, own) == reason.NOT_ABOVE_GUESSING


@pytest.mark.parametrize("tasks", [1, 12])
@pytest.mark.parametrize("skew", [0.25, 0.34, 0.6])
@given(seed=st.integers(0, 10_000), n=st.integers(24, 200))
@settings(max_examples=15)
def test_against_the_constants_of_a_pool(tasks: int, skew: float, seed: int, n: int) -> None:
    """Letters of which one is right more often, in one task or in clusters, and yes or no."""
    random = np.random.default_rng(seed)
    shares = [skew, *[(1 - skew) / 3] * 3]
    offers = [
        Offer(f"task {i % tasks}", ("A", "B", "C", "D"), (int(random.choice(4, p=shares)),))
        if i % 3 else Offer(f"task {i % tasks}", ("yes", "no"), (int(random.random() < skew),))
        for i in range(2 * n)
    ]  # fmt: skip
    pool, sample = pool_of(offers), offers[:n]
    own = record(
        pool.guessing,
        [offer.task for offer in sample],
        set=[pool.place(offer) for offer in sample],
        right=[list(offer.right_texts) for offer in sample],
        pool=pool.as_json,
    )
    assert guessing_level(own) == pytest.approx(pool.guessing, abs=1e-12)
    scores = (random.random(n) < random.choice([0.3, 0.4, 0.7])).astype(float).tolist()
    for values in (scores, [0.9 * score + 0.05 for score in scores]):
        found = above_guessing_p(values, own)
        assert found == pytest.approx(expected(values, own), rel=1e-6, abs=1e-12)
