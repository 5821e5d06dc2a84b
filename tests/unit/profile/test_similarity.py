"""Similarity against the definition, SciPy, and its properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon

from benchprof.profile.similarity import noise_null, normalised, profile_similarity

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


def test_equals_scipy() -> None:
    random = np.random.default_rng(0)
    for one, other in random.standard_normal((50, 2, 10)):
        distance = jensenshannon(normalised(one), normalised(other), base=2)
        assert profile_similarity(one, other) == pytest.approx(1 - distance**2)


@given(profiles, st.floats(0.1, 9), st.floats(-3, 3))
def test_scale_and_shift_do_not_matter(profile, scale: float, shift: float) -> None:
    assert profile_similarity(profile, profile * scale + shift) == pytest.approx(1, abs=1e-6)


def test_opposite_profiles_have_none_in_common() -> None:
    assert profile_similarity(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(0)


def test_a_flat_profile_has_no_similarity() -> None:
    assert profile_similarity(np.array([0.3, 0.3]), np.array([0.0, 1.0])) is None


def test_the_noise_null_is_high() -> None:
    """Ten abilities of noise: 0.81 in the median, 0.65 to 0.94 (simulated independently)."""
    low, median, high = noise_null(10, seed=1)
    assert median == pytest.approx(0.81, abs=0.02)
    assert low == pytest.approx(0.65, abs=0.03)
    assert high == pytest.approx(0.94, abs=0.02)
