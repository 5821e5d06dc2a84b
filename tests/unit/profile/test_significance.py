"""Paired tests against statsmodels, enumeration of all signs, and simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from benchprof.profile.correction import add_corrected
from benchprof.profile.significance import mcnemar_p, sign_flip_p, whole_sign_flip_p

OWN = np.ones((1, 1))
counts = st.integers(0, 300)


def by_enumeration(differences) -> float:
    """Share of all sign arrangements with as extreme a sum."""
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in product((-1, 1), repeat=len(differences))
    ]
    observed = abs(sum(differences)) - 1e-9
    return sum(abs(total) >= observed for total in sums) / len(sums)


@given(counts, counts)
def test_mcnemar_equals_statsmodels(lost: int, gained: int) -> None:
    expected = mcnemar([[7, lost], [gained, 9]], exact=True).pvalue
    assert mcnemar_p(lost, gained) == pytest.approx(expected, rel=1e-9)


@given(counts, counts, st.integers(0, 50))
def test_differences_of_one_item_are_mcnemar(lost: int, gained: int, same: int) -> None:
    differences = np.array([1] * lost + [-1] * gained + [0] * same, dtype=int)
    assert whole_sign_flip_p(differences) == mcnemar_p(lost, gained)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=12))
def test_whole_differences_equal_enumeration(differences: list[int]) -> None:
    expected = by_enumeration(differences)
    assert whole_sign_flip_p(np.array(differences)) == pytest.approx(expected, abs=1e-12)


def test_many_whole_differences_equal_an_independent_convolution() -> None:
    """Beyond what can be enumerated: binomial distributions of each size, convolved."""
    random = np.random.default_rng(4)
    for _ in range(10):
        differences = random.integers(-9, 9, 800)
        masses = np.array([1.0])
        for difference in np.abs(differences):
            step = np.zeros(2 * difference + 1)
            step[0] += 0.5
            step[-1] += 0.5
            masses = np.convolve(masses, step)
        sums = np.arange(len(masses)) - np.abs(differences).sum()
        expected = masses[np.abs(sums) >= abs(differences.sum())].sum()
        assert whole_sign_flip_p(differences) == pytest.approx(expected, rel=1e-6)


def test_a_sum_of_eight_standard_deviations_has_the_least_p() -> None:
    assert 0 < whole_sign_flip_p(np.array([2] * 200)) <= 1e-12


@settings(max_examples=20)
@given(st.lists(st.floats(-1, 1, width=16), min_size=1, max_size=9))
def test_random_signs_approach_enumeration(differences: list[float]) -> None:
    p = sign_flip_p(np.array([differences]), OWN, 20_000, seed=1)
    assert p[0] == pytest.approx(by_enumeration(differences), abs=0.02)


def test_a_weighted_sum_of_conditions_is_tested_as_its_differences() -> None:
    sums = np.random.default_rng(3).standard_normal((3, 30))
    weights = np.array([[1.0, 0.0, 0.0], [1.0, -0.5, -0.5]])
    p = sign_flip_p(sums, weights, 500, seed=1)
    assert p[0] == sign_flip_p(sums[:1], OWN, 500, seed=1)[0]
    alone = sign_flip_p((sums[0] - sums[1:].mean(axis=0))[None], OWN, 500, seed=1)
    assert p[1] == pytest.approx(alone[0], abs=0.003)


def test_no_difference_has_p_one() -> None:
    assert sign_flip_p(np.zeros((1, 5)), OWN, 100, seed=1)[0] == 1.0
    assert whole_sign_flip_p(np.zeros(5, dtype=int)) == 1.0


def test_tests_hold_their_level() -> None:
    """Under the null 5% of 2,000 tests are significant, also against the mean of five controls."""
    random = np.random.default_rng(8)
    noise = random.standard_normal((2000, 40))
    assert (sign_flip_p(noise, np.eye(2000), 999, seed=3) < 0.05).mean() == pytest.approx(
        0.05, abs=0.015
    )
    right = random.random((2000, 6, 200)) < 0.7
    whole = 5 * right[:, 0].astype(int) - right[:, 1:].sum(axis=1)
    share = np.mean([whole_sign_flip_p(row) < 0.05 for row in whole])
    assert share == pytest.approx(0.05, abs=0.015)


def test_clusters_that_change_together_count_once() -> None:
    """Twelve subjects of ten items, all of a subject alike: only twelve signs are to be flipped."""
    sums = np.array([10] * 9 + [-10] * 3)
    assert whole_sign_flip_p(sums) == pytest.approx(mcnemar_p(9, 3), abs=1e-12)


def test_the_correction_equals_statsmodels_within_its_family() -> None:
    random = np.random.default_rng(1)
    p = random.random(40) ** 3
    table = pd.DataFrame(
        {
            "metric": ["acc"] * 20 + ["probability"] * 20,
            "selection": "contrastive",
            "mask_fraction": "0.001",
            "seed": pd.array(([None] * 15 + [1] * 5) * 2, dtype="Int64"),
            "p_ais": p,
            "p_random": [*p[:15], *[np.nan] * 5, *p[20:35], *[np.nan] * 5],
            "p_others": np.nan,
        }
    )
    corrected = add_corrected(table)
    for first, last in ((0, 15), (15, 20), (20, 35), (35, 40)):
        expected = multipletests(p[first:last], method="fdr_bh")[1]
        np.testing.assert_allclose(corrected["q_ais"][first:last], expected)
    expected = multipletests(p[:15], method="fdr_bh")[1]
    np.testing.assert_allclose(corrected["q_random"][:15], expected)
    assert corrected["q_random"][15:20].isna().all()
    assert corrected["family"].tolist() == ([15] * 15 + [5] * 5) * 2
