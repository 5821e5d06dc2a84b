"""AIS and its intervals against values worked out by hand, SciPy and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from benchprof.profile.impact import above_guessing_p, measure_impacts
from benchprof.profile.resampling import bootstrap_means, sign_flip_p


def impacts(intact, ablated, guessing=0.25, impact="chance_corrected", resamples=2000, seed=1):
    return measure_impacts(
        np.array(intact, float), np.array(ablated, float), guessing, impact, resamples, 0.95, seed
    )


@pytest.mark.parametrize(
    ("impact", "expected"),
    # S = 0.75, S_a = 0.5, C = 0.25
    [("chance_corrected", 0.5), ("relative", 1 / 3), ("absolute", 0.25)],
)
def test_the_three_definitions(impact: str, expected: float) -> None:
    found = impacts([1, 1, 1, 0], [[1, 1, 0, 0]], impact=impact)
    assert found.estimate(0).value == pytest.approx(expected)


def test_an_ability_that_hurts_has_a_negative_impact() -> None:
    assert impacts([1, 1, 1, 0], [[1, 1, 1, 1]]).estimate(0).value == pytest.approx(-0.5)


def test_where_no_item_changes_the_interval_still_has_a_width() -> None:
    intact = [1.0] * 45 + [0.0] * 15
    estimate = impacts(intact, [intact]).estimate(0)
    assert estimate.value == 0.0
    assert estimate.low < 0 < estimate.high


def test_resamples_at_guessing_unbound_the_interval() -> None:
    # 7 of 20 right where guessing gives 0.25: many resamples fall to guessing or below.
    intact = [1.0] * 7 + [0.0] * 13
    estimate = impacts(intact, [[0.0] * 20]).estimate(0)
    assert math.isinf(estimate.high)
    assert math.isfinite(estimate.low)


def test_the_excess_over_controls_is_a_difference_of_means() -> None:
    found = impacts([1, 1, 1, 1], [[0, 0, 1, 1], [1, 1, 1, 1], [0, 1, 1, 1]], guessing=0.0)
    # .5 less the mean of 0 and .25
    assert found.excess(0, [1, 2]).value == pytest.approx(0.375)


def test_the_excess_keeps_its_sign_where_the_base_is_not_positive() -> None:
    # Each item loses .02 without a and .06 without b: a costs less in every resample, whatever
    # the base, which is near nothing here.
    intact = np.linspace(0.15, 0.40, 30)
    estimate = impacts(intact, [intact - 0.02, intact - 0.06]).excess(0, [1])
    assert estimate.value == pytest.approx(-0.04 / 0.025)
    assert math.isinf(estimate.low)
    assert estimate.high < 0


def test_equal_ablations_of_right_or_wrong_items_have_an_interval_of_their_difference() -> None:
    ablated = [1.0] * 30 + [0.0] * 30
    estimate = impacts([1.0] * 50 + [0.0] * 10, [ablated, ablated]).excess(0, [1])
    assert estimate.value == 0.0
    assert estimate.low < 0 < estimate.high


def test_the_bootstrap_is_paired_and_repeatable() -> None:
    scores = np.random.default_rng(0).random((3, 50))
    scores[1] = scores[0] - 0.125
    means = bootstrap_means(scores, 500, seed=7)
    # The same resample for every row: a constant difference stays constant.
    np.testing.assert_allclose(means[0] - means[1], 0.125)
    np.testing.assert_array_equal(means, bootstrap_means(scores, 500, seed=7))
    assert means[2].mean() == pytest.approx(scores[2].mean(), abs=0.02)
    assert means[2].std() == pytest.approx(scores[2].std() / np.sqrt(50), rel=0.15)


@pytest.mark.parametrize("binary", [True, False])
def test_intervals_cover_the_truth(binary: bool) -> None:
    """Over 300 simulated benchmarks of 150 items, 95% intervals cover the true AIS 92 to 98%."""
    random = np.random.default_rng(3)
    covered = 0
    for _ in range(300):
        if binary:
            # Right intact: 0.8; still right ablated: 0.6 of those; AIS = .32 / (.8 - .25).
            intact = (random.random(150) < 0.8).astype(float)
            ablated = intact * (random.random(150) < 0.6)
            truth = 0.32 / 0.55
        else:
            # Means 0.8 and 0.56.
            intact = random.beta(8, 2, 150)
            ablated = intact * random.beta(7, 3, 150)
            truth = 0.24 / 0.55
        estimate = impacts(intact, [ablated], resamples=600).estimate(0)
        covered += estimate.low <= truth <= estimate.high
    assert 0.92 <= covered / 300 <= 0.98


def test_above_guessing_is_the_exact_binomial_for_right_or_wrong() -> None:
    intact = np.array([1.0] * 9 + [0.0] * 11)
    assert above_guessing_p(intact, 0.25) == pytest.approx(binom.sf(8, 20, 0.25))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6))
def test_the_sign_flip_test_is_exact_where_all_signs_agree(n: int) -> None:
    # Of 2^n arrangements two are as extreme: all plus and all minus.
    p = sign_flip_p(np.ones(n), 20_000, seed=1)
    assert p == pytest.approx(2 / 2**n, abs=0.02)


def test_no_difference_has_p_one() -> None:
    assert sign_flip_p(np.zeros(5), 100, seed=1) == 1.0
