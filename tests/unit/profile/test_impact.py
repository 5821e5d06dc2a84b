"""AIS and its intervals against values worked out by hand, SciPy and simulation."""

from __future__ import annotations

import functools
import math
import operator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, t, ttest_1samp

from benchprof.profile.guessing import Guessing
from benchprof.profile.impact import above_guessing_p, measure_impacts
from benchprof.profile.resampling import (
    bootstrap_means,
    exactly_summable,
    expanded_tail,
    standard_error,
)
from benchprof.profile.units import units_of

SIMULATIONS = 500


def impacts(
    intact, ablated, guessing=0.25, impact="chance_corrected", resamples=2000, seed=1, tasks=None
):
    scores = np.vstack([intact, ablated]).astype(float)
    units = units_of(tasks if tasks is not None else ["task"] * scores.shape[1])
    return measure_impacts(scores, Guessing(guessing), units, impact, resamples, 0.95, seed)


@dataclass(frozen=True)
class Estimate:
    value: float
    low: float
    high: float


def estimate(found, *weights: float) -> Estimate:
    got = found.estimates(np.array([weights]))
    return Estimate(float(got.value[0]), float(got.low[0]), float(got.high[0]))


@pytest.mark.parametrize(
    ("impact", "expected"),
    # S = 0.75, S_a = 0.5, C = 0.25
    [("chance_corrected", 0.5), ("relative", 1 / 3), ("absolute", 0.25)],
)
def test_the_three_definitions(impact: str, expected: float) -> None:
    found = impacts([1, 1, 1, 0], [[1, 1, 0, 0]], impact=impact)
    assert estimate(found, 1).value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # About a mean of 4 they are off by 3, 1 and 4: a variance of 26 / 2, and a third of that.
        ([1.0, 3.0, 8.0], math.sqrt(13 / 3)),
        ([2.0], math.nan),
        ([2.0, math.inf], math.nan),
        ([2.0, math.nan], math.nan),
    ],
)
def test_the_standard_error_of_a_mean(values: list[float], expected: float) -> None:
    assert standard_error(np.array(values)) == pytest.approx(expected, nan_ok=True)


def test_an_ability_that_hurts_has_a_negative_impact() -> None:
    assert estimate(impacts([1, 1, 1, 0], [[1, 1, 1, 1]]), 1).value == pytest.approx(-0.5)


def test_where_no_item_changes_the_interval_still_has_a_width() -> None:
    intact = [1.0] * 45 + [0.0] * 15
    found = estimate(impacts(intact, [intact]), 1)
    assert found.value == 0.0
    assert found.low < 0 < found.high


def test_resamples_at_guessing_unbound_the_interval() -> None:
    # 7 of 20 right where guessing gives 0.25: many resamples fall to guessing or below.
    found = estimate(impacts([1.0] * 7 + [0.0] * 13, [[0.0] * 20]), 1)
    assert math.isinf(found.high)
    assert math.isfinite(found.low)


def test_the_excess_over_controls_is_a_difference_of_means() -> None:
    found = impacts([1, 1, 1, 1], [[0, 0, 1, 1], [1, 1, 1, 1], [0, 1, 1, 1]], guessing=0.0)
    # .5 less the mean of 0 and .25
    assert estimate(found, 1, -0.5, -0.5).value == pytest.approx(0.375)


def test_the_excess_keeps_its_sign_where_the_base_is_not_positive() -> None:
    # Each item loses .02 without a and .06 without b: a costs less in every resample, whatever
    # the base, which is near nothing here.
    intact = np.linspace(0.15, 0.40, 30)
    found = estimate(impacts(intact, [intact - 0.02, intact - 0.06]), 1, -1)
    assert found.value == pytest.approx(-0.04 / 0.025)
    assert math.isinf(found.low)
    assert found.high < 0


def test_equal_ablations_of_right_or_wrong_items_have_an_interval_of_their_difference() -> None:
    ablated = [1.0] * 30 + [0.0] * 30
    found = estimate(impacts([1.0] * 50 + [0.0] * 10, [ablated, ablated]), 1, -1)
    assert found.value == 0.0
    assert found.low < 0 < found.high


def test_the_bootstrap_is_paired_and_repeatable() -> None:
    scores = np.random.default_rng(0).random((3, 50))
    scores[1] = scores[0] - 0.125
    means = bootstrap_means(scores, np.ones(50), 500, seed=7)
    # The same resample for every row: a constant difference stays constant.
    np.testing.assert_allclose(means[0] - means[1], 0.125, rtol=1e-5)
    np.testing.assert_array_equal(means, bootstrap_means(scores, np.ones(50), 500, seed=7))
    assert means[2].mean() == pytest.approx(scores[2].mean(), abs=0.02)
    assert means[2].std() == pytest.approx(scores[2].std() / np.sqrt(50), rel=0.15)


@given(
    values=st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=40),
    counts=st.lists(st.integers(1, 5), min_size=40, max_size=40),
    order=st.randoms(use_true_random=False),
)
def test_totals_do_not_depend_on_the_order_in_which_a_processor_adds(
    values: list[float], counts: list[int], order: Random
) -> None:
    terms = sum(counts[: len(values)])
    [summands] = exactly_summable(np.array([values]), terms)
    drawn = [value for value, n in zip(summands, counts, strict=False) for _ in range(n)]
    exact = float(sum(map(Fraction, drawn)))
    order.shuffle(drawn)
    assert functools.reduce(operator.add, drawn, 0.0) == exact
    assert np.abs(summands - values).max() <= 2.0**-52 * max(map(abs, values)) * terms


def test_a_resample_of_clusters_is_a_mean_over_their_items() -> None:
    # Clusters of 1 and 3 items whose scores are 0 and 1: all means that two draws can give.
    means = bootstrap_means(np.array([[0.0, 3.0]]), np.array([1.0, 3.0]), 400, seed=2)
    assert set(means[0].tolist()) == {0.0, 0.75, 1.0}
    assert (means == 0.75).mean() == pytest.approx(0.5, abs=0.08)


def test_the_tail_is_expanded_for_few_units_alone() -> None:
    # t(9) has 2.262 at 2.5%; times sqrt(10 / 9) the normal has 0.86% below -2.384.
    assert expanded_tail(0.95, 10) == pytest.approx(0.00855, abs=2e-5)
    assert expanded_tail(0.95, 100_000) == pytest.approx(0.025, abs=1e-4)


@pytest.mark.parametrize("items", [60, 150])
@pytest.mark.parametrize("binary", [True, False])
def test_intervals_cover_the_truth(binary: bool, items: int) -> None:
    """Of 500 simulated benchmarks the 95% interval holds the true AIS in 93 to 97%."""
    random = np.random.default_rng(11)
    covered = 0
    for _ in range(SIMULATIONS):
        if binary:
            # Right intact: 0.8; still right ablated: 0.6 of those; AIS = .32 / (.8 - .25).
            intact = (random.random(items) < 0.8).astype(float)
            ablated = intact * (random.random(items) < 0.6)
            truth = 0.32 / 0.55
        else:
            # Means 0.8 and 0.56.
            intact = random.beta(8, 2, items)
            ablated = intact * random.beta(7, 3, items)
            truth = 0.24 / 0.55
        found = estimate(impacts(intact, [ablated], resamples=1000), 1)
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / SIMULATIONS <= 0.97


def test_intervals_of_clustered_items_cover_the_truth_and_single_items_would_not() -> None:
    """Thirty subjects of twenty items: what is lost differs between subjects more than within."""
    random = np.random.default_rng(5)
    subjects = np.repeat(np.arange(30), 20)
    tasks = [f"subject_{number}" for number in subjects]
    covered = {"clusters": 0, "items": 0}
    for _ in range(SIMULATIONS):
        # Means 0.8 and 0.56 over subjects and items.
        intact = random.beta(8, 2, 600)
        kept = np.clip(random.normal(0.7, 0.15, 30), 0.4, 1.0)[subjects]
        ablated = intact * kept
        for name, labels in (("clusters", tasks), ("items", ["one"] * 600)):
            found = estimate(impacts(intact, [ablated], resamples=500, tasks=labels), 1)
            covered[name] += found.low <= 0.8 * 0.3 / 0.55 <= found.high
    assert 0.93 <= covered["clusters"] / SIMULATIONS <= 0.97
    assert covered["items"] / SIMULATIONS < 0.8


def test_above_guessing_is_the_exact_binomial_for_right_or_wrong() -> None:
    intact = np.array([[1.0] * 9 + [0.0] * 11, [1.0] * 20])
    p = above_guessing_p(intact, Guessing(0.25), units_of(["task"] * 20))
    assert p[0] == pytest.approx(binom.sf(8, 20, 0.25))
    assert p[1] == pytest.approx(binomtest(20, 20, 0.25, alternative="greater").pvalue)


def test_above_guessing_is_the_t_test_for_continuous_scores() -> None:
    scores = np.random.default_rng(0).random((3, 40))
    scores[2] = 0.25
    p = above_guessing_p(scores, Guessing(0.25), units_of(["task"] * 40))
    expected = [ttest_1samp(row, 0.25, alternative="greater").pvalue for row in scores[:2]]
    np.testing.assert_allclose(p[:2], expected)
    assert p[2] == 1


def test_above_guessing_is_tested_by_subject_where_subjects_are_clusters() -> None:
    """Twelve subjects of five: four of them right whole, the rest with one of five right."""
    tasks = [f"subject_{number // 5:02d}" for number in range(60)]
    scores = np.array([[1.0] * 20 + [1.0, 0.0, 0.0, 0.0, 0.0] * 8])
    p = above_guessing_p(scores, Guessing(0.25), units_of(tasks))
    # Beyond the 1.25 that guessing has right of five: 3.75 four times and -0.25 eight times.
    # Mean 13/12, variance (4 * 3.75^2 + 8 * 0.25^2 - 169/12) / 11 = 3.8788: t = 1.9055, 11 degrees.
    assert p[0] == pytest.approx(t.sf(13 / 12 / np.sqrt((56.75 - 169 / 12) / 11 / 12), 11))
    assert p[0] == pytest.approx(0.0416, abs=1e-4)
    # Item by item 28 of 60 would be certain.
    assert above_guessing_p(scores, Guessing(0.25), units_of(["task"] * 60))[0] < 0.001
    at_guessing = np.tile([1.0, 0.0, 0.0, 0.0], 12)[None]
    by_subject = units_of([f"s{i // 4}" for i in range(48)])
    assert above_guessing_p(at_guessing, Guessing(0.25), by_subject) == 1
    # With no item right at all, as where items are tested one by one.
    assert above_guessing_p(np.zeros((1, 48)), Guessing(0.25), by_subject) == 1


def test_a_model_that_ties_all_options_is_at_guessing_whatever_the_rounding() -> None:
    tied = np.full((1, 100), 0.2)
    level = float(np.full(100, 1 / 5).mean()) - 4e-16
    assert tied.mean() > level
    assert above_guessing_p(tied, Guessing(level), units_of(["task"] * 100)) == 1


def test_above_guessing_by_subject_keeps_its_level() -> None:
    """Subjects that a model knows well or hardly at all, whose mean is that of guessing."""
    random = np.random.default_rng(4)
    tasks = [f"subject_{number // 10:02d}" for number in range(200)]
    chances = random.choice([0.05, 0.45], size=(2000, 20)).repeat(10, axis=1)
    scores = (random.random((2000, 200)) < chances).astype(float)
    by_subject = (above_guessing_p(scores, Guessing(0.25), units_of(tasks)) < 0.05).mean()
    by_item = (above_guessing_p(scores, Guessing(0.25), units_of(["task"] * 200)) < 0.05).mean()
    assert 0.035 < by_subject < 0.065
    assert by_item > 0.12


def test_a_group_of_many_tasks_is_resampled_by_task_and_a_small_one_by_item() -> None:
    tasks = [f"subject_{number % 12}" for number in range(30)]
    units = units_of(tasks)
    assert units.clustered
    assert len(units) == 12
    assert sorted(units.sizes.tolist()) == [2.0] * 6 + [3.0] * 6
    scores = np.arange(60.0).reshape(2, 30)
    np.testing.assert_allclose(units.sums(scores).sum(axis=1), scores.sum(axis=1))
    # subject_0 has the items 0, 12 and 24.
    assert units.sums(scores)[0, units.labels[0]] == 36.0
    few = units_of(["a", "b", "a"])
    assert not few.clustered
    assert len(few) == 3
