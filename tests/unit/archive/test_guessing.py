"""Above guessing or not, with Python alone: what the profile stage finds with SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchprof.archive import guessing
from benchprof.archive.guessing import above_guessing_p, reason_of
from benchprof.profile import reason
from benchprof.profile.impact import SIGNIFICANCE
from benchprof.profile.impact import above_guessing_p as of_library
from benchprof.profile.rows import MIN_ITEMS
from benchprof.profile.units import MIN_CLUSTERS, units_of

chances = st.floats(0, 0.875)


def expected(scores: list[float], chance: float, tasks: list[str]) -> float:
    return float(of_library(np.array([scores], dtype=float), chance, units_of(tasks))[0])


def test_the_constants_are_the_library_s() -> None:
    own = (guessing.MIN_ITEMS, guessing.MIN_CLUSTERS, guessing.SIGNIFICANCE)
    assert own == (MIN_ITEMS, MIN_CLUSTERS, SIGNIFICANCE)


@given(st.integers(2, 3000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), chances)
@example((200, 200), 0.25)
@example((1000, 250), 0.25)
def test_right_or_wrong(counts: tuple[int, int], chance: float) -> None:
    n, right = counts
    scores = [1.0] * right + [0.0] * (n - right)
    found = above_guessing_p(scores, chance, ["task"] * n)
    assert found == pytest.approx(expected(scores, chance, ["task"] * n), rel=1e-8, abs=1e-300)


@given(
    st.lists(st.floats(0, 1, width=16), min_size=3, max_size=60).filter(lambda s: np.ptp(s) > 0.01),
    chances,
)
def test_continuous_scores(scores: list[float], chance: float) -> None:
    tasks = ["task"] * len(scores)
    found = above_guessing_p(scores, chance, tasks)
    assert found == pytest.approx(expected(scores, chance, tasks), rel=1e-7, abs=1e-12)


@given(st.lists(st.booleans(), min_size=60, max_size=60), st.integers(2, 15), chances)
def test_clusters_of_items(right: list[bool], clusters: int, chance: float) -> None:
    tasks = [f"task {n % clusters}" for n in range(len(right))]
    scores = [float(own) for own in right]
    found = above_guessing_p(scores, chance, tasks)
    wanted = expected(scores, chance, tasks)
    if math.isnan(found):
        assert math.isnan(wanted) or wanted > SIGNIFICANCE
    else:
        assert found == pytest.approx(wanted, rel=1e-7, abs=1e-9)


def test_a_score_has_a_reason_or_is_above_guessing() -> None:
    # Sums of binomial terms: 18 or more of 40 right have a chance of 0.0047, 14 or more of 0.103.
    def scores(right: int, n: int) -> list[float]:
        return [1.0] * right + [0.0] * (n - right)

    assert reason_of(scores(18, 40), 0.25, ["task"] * 40) == ""
    assert reason_of(scores(14, 40), 0.25, ["task"] * 40) == reason.NOT_ABOVE_GUESSING
    assert reason_of(scores(9, 9), 0.25, ["task"] * 9) == reason.TOO_FEW_ITEMS
    assert reason_of([0.25] * 40, 0.25, ["task"] * 40) == reason.NOT_ABOVE_GUESSING
