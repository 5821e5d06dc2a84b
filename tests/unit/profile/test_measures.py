"""Measures of profiles against their definitions, SciPy, closed forms and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cosine as cosine_distance
from scipy.spatial.distance import jensenshannon
from scipy.stats import spearmanr

from benchprof.profile.measures import (
    breadth_null,
    cosine,
    effective_number,
    noise_null,
    normalised,
    pair_null,
    paired_noise,
    profile_similarity,
    shuffled_profiles,
    spearman,
    symmetric_interval,
)

profiles = arrays(float, 6, elements=st.floats(-2, 2, width=16)).filter(
    lambda p: p.max() - p.min() > 0.1
)


def by_definition(p, q) -> float:
    m = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    divergence = sum(
        x * math.log2(x / c) / 2 for v in (p, q) for x, c in zip(v, m, strict=True) if x > 0
    )
    return 1 - divergence


@given(profiles, profiles)
def test_equals_the_definition(one, other) -> None:
    expected = by_definition(normalised(one), normalised(other))
    assert profile_similarity(one, other) == pytest.approx(expected, abs=1e-9)


def test_measures_equal_scipy_one_by_one_and_all_at_once() -> None:
    first, second = np.random.default_rng(0).standard_normal((2, 50, 10))
    similar, angles = profile_similarity(first, second), cosine(first, second)
    ranks = spearman(first, second)
    for number, (one, other) in enumerate(zip(first, second, strict=True)):
        distance = jensenshannon(normalised(one), normalised(other), base=2)
        assert similar[number] == pytest.approx(1 - distance**2)
        assert angles[number] == pytest.approx(1 - cosine_distance(one, other))
        assert ranks[number] == pytest.approx(spearmanr(one, other).statistic)


@given(profiles, st.floats(0.1, 9), st.floats(-3, 3))
def test_scale_and_shift_do_not_matter(profile, scale: float, shift: float) -> None:
    assert profile_similarity(profile, profile * scale + shift) == pytest.approx(1, abs=1e-6)
    changed = effective_number(profile * scale + shift)
    assert changed == pytest.approx(effective_number(profile), rel=1e-6)


def test_opposite_profiles_have_none_in_common() -> None:
    assert profile_similarity(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(0)


def test_a_flat_profile_has_no_similarity() -> None:
    flat, other = np.array([0.3, 0.3]), np.array([0.0, 1.0])
    assert np.isnan(profile_similarity(flat, other))
    assert np.isnan(spearman(flat, other))
    assert np.isnan(effective_number(flat))


@pytest.mark.parametrize(
    ("profile", "expected"),
    # One, two equal and four equal abilities above the least; shares of 1/4 and 3/4.
    [
        ([0.9, 0.1, 0.1], 1.0),
        ([0.5, 0.5, -0.2], 2.0),
        ([3.0, 3.0, 3.0, 3.0, 1.0], 4.0),
        ([0.0, 0.1, 0.3], 4 / 3**0.75),
    ],
)
def test_the_effective_number_of_abilities(profile: list[float], expected: float) -> None:
    assert effective_number(np.array(profile)) == pytest.approx(expected)


def test_the_noise_null_is_high() -> None:
    """Ten abilities of noise: 0.81 in the median, 0.65 to 0.94 (simulated independently)."""
    low, median, high = noise_null(10, seed=1)["similarity"].quantiles()
    assert median == pytest.approx(0.81, abs=0.02)
    assert low == pytest.approx(0.65, abs=0.03)
    assert high == pytest.approx(0.94, abs=0.02)


def test_the_null_of_the_rank_correlation_is_its_exact_one() -> None:
    """Of three ranks one of the six orders agrees fully and three have 1/2 or more."""
    null = noise_null(3, seed=1)["spearman"]
    assert null.share_from(1.0 - 1e-9) == pytest.approx(1 / 6, abs=0.015)
    assert null.share_from(0.5 - 1e-9) == pytest.approx(3 / 6, abs=0.02)
    assert null.share_to(-1.0 + 1e-9) == pytest.approx(1 / 6, abs=0.015)


def test_the_symmetric_interval_holds_its_value() -> None:
    low, high = symmetric_interval(0.9, np.array([0.5, 0.6, 0.7, 0.8]), 0.75)
    # Distances .1 to .4; their 75% quantile is .325.
    assert (low, high) == (pytest.approx(0.575), pytest.approx(1.225))


def test_flat_resamples_may_be_anywhere() -> None:
    """One in five is flat: the 80% interval has the largest distance, the 90% one no bound."""
    resampled = np.array([0.5, 0.6, 0.7, 0.8, np.nan])
    assert symmetric_interval(0.9, resampled, 0.75) == pytest.approx((0.5, 1.3))
    assert symmetric_interval(0.9, resampled, 0.9) == (-np.inf, np.inf)


def test_noise_of_one_lost_item_is_always_that_of_one_ability() -> None:
    """A single item tells ten abilities apart: any profile of it has the effective number 1."""
    drops = np.zeros((10, 60))
    drops[3, 7] = 1.0
    noise = shuffled_profiles(drops, 500, 1)
    assert noise.sum(axis=1).tolist() == [1.0] * 500
    assert set(noise.argmax(axis=1)) == set(range(10))
    # Normal noise would call a number of 1 as rare as 1 in 10,000.
    assert breadth_null(noise).share_to(1.0) == 1
    assert noise_null(10, 1)["effective_number"].share_to(1.0) < 0.001
    # Two such profiles are equal once in ten times.
    null = pair_null(noise, shuffled_profiles(drops, 500, 2))
    assert null["similarity"].share_from(1.0) == pytest.approx(0.1, abs=0.04)


def test_ties_with_the_noise_of_right_or_wrong_scores_are_no_matter_of_rounding() -> None:
    """One item is gained under one mask: the other nine abilities share a number of 9."""
    drops = np.zeros((10, 100))
    drops[4, 8] = -1.0
    noise = shuffled_profiles(drops, 200, 1)
    for right in range(30, 60):
        ais = drops.mean(axis=1) / (right / 100)
        assert breadth_null(noise).share_to(float(effective_number(ais))) == 1


def test_noise_that_is_flat_has_no_quantiles() -> None:
    noise = shuffled_profiles(np.zeros((10, 60)), 20, 1)
    assert np.isnan(breadth_null(noise).quantiles()).all()
    assert np.isnan(pair_null(noise, noise)["similarity"].quantiles()).all()


def test_shuffled_noise_keeps_what_each_unit_lost_in_all() -> None:
    drops = np.random.default_rng(0).integers(-2, 3, (4, 30)).astype(float)
    noise = shuffled_profiles(drops, 200, 3)
    apart = np.ptp(drops, axis=0) > 0
    assert noise.sum(axis=1) == pytest.approx(drops[:, apart].sum())
    # Every ability's noise has the same mean.
    assert noise.mean(axis=0) == pytest.approx(drops[:, apart].sum() / 4, abs=1.5)
    assert (shuffled_profiles(drops, 200, 3) == noise).all()


def test_right_or_wrong_profiles_of_noise_hold_their_level() -> None:
    """Items flip in every condition alike, one in fifty: normal noise calls a quarter narrow."""
    random = np.random.default_rng(8)
    rejected, by_normal, profiles = 0, 0, 200
    for number in range(profiles):
        drops = (random.random((10, 60)) < 0.02).astype(float)
        value = float(effective_number(drops.sum(axis=1)))
        noise = shuffled_profiles(drops, 400, number)
        rejected += breadth_null(noise).share_to(value) < 0.025
        by_normal += noise_null(10, 1)["effective_number"].share_to(value) < 0.025
    assert rejected / profiles <= 0.05
    assert by_normal / profiles > 0.15


def test_a_profile_without_noise_of_its_own_has_normal_noise() -> None:
    own = np.arange(30.0).reshape(10, 3)
    first, second = paired_noise(own, None, 3, 1)
    assert first is not second and len(first) == len(second) == 10
    assert (first == own).all()
    assert second.std() == pytest.approx(1, abs=0.4)


def test_intervals_of_similarity_cover_the_truth() -> None:
    """Two true profiles seen with noise: percentiles miss, the symmetric interval holds 90%."""
    random = np.random.default_rng(6)
    truth = random.standard_normal((2, 10))
    truth[1] = 0.7 * truth[0] + 0.7 * truth[1]
    wanted = float(profile_similarity(*truth))
    covered = 0
    for _ in range(300):
        seen = truth + 0.3 * random.standard_normal((2, 10))
        again = seen[:, None, :] + 0.3 * random.standard_normal((2, 400, 10))
        low, high = symmetric_interval(
            float(profile_similarity(*seen)), profile_similarity(*again), 0.95
        )
        covered += low <= wanted <= high
    assert covered / 300 >= 0.9
