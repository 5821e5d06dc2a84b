"""Similarity of two profiles, and what pure noise would show."""

from __future__ import annotations

import functools

import numpy as np
from scipy.special import rel_entr

from benchprof.profile.resampling import Floats


def normalised(profile: Floats) -> Floats | None:
    """A profile min-max normalised over abilities and scaled to sum 1.

    None where all abilities are equal: such a profile prefers none and has no distribution.
    """
    span = profile.max() - profile.min()
    if not span > 0:
        return None
    shifted = (profile - profile.min()) / span
    return np.asarray(shifted / shifted.sum(), dtype=np.float64)


def profile_similarity(first: Floats, second: Floats) -> float | None:
    """1 - Jensen-Shannon divergence in base 2 of two profiles of the same abilities; in [0, 1].

    None where one of them has no distribution. SciPy's `jensenshannon` is the square root of the
    divergence, and not a number for some equal profiles, where rounding makes it negative.
    """
    one, other = normalised(first), normalised(second)
    if one is None or other is None:
        return None
    middle = (one + other) / 2
    nats = (rel_entr(one, middle) + rel_entr(other, middle)).sum() / 2
    return float(1 - np.clip(nats / np.log(2), 0, 1))


@functools.cache
def noise_null(abilities: int, seed: int, draws: int = 10_000) -> tuple[float, float, float]:
    """Similarity of profiles of pure noise: 2.5%, 50% and 97.5% quantile of simulated pairs.

    Each ability's AIS is an independent standard normal; scale and shift do not matter after the
    normalisation.
    """
    random = np.random.default_rng(seed)
    pairs = random.standard_normal((draws, 2, abilities))
    similarities = [profile_similarity(first, second) for first, second in pairs]
    low, middle, high = np.quantile(np.array(similarities, dtype=np.float64), (0.025, 0.5, 0.975))
    return float(low), float(middle), float(high)
