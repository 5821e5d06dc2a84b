"""How alike two profiles are, and what pure noise would show.

A profile is the AIS of all abilities; profiles lie along the last axis. Scale and shift of a
profile change neither its normalised form nor its rank correlation, so that drops serve as well as
AIS there.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy.special import rel_entr
from scipy.stats import rankdata

from benchprof.profile.resampling import Floats


def normalised(profiles: Floats) -> Floats:
    """Profiles min-max normalised over abilities and scaled to sum 1.

    NaN where all abilities are equal: such a profile prefers none and has no distribution.
    """
    shifted = profiles - profiles.min(axis=-1, keepdims=True)
    total = shifted.sum(axis=-1, keepdims=True)
    flat = np.full_like(shifted, np.nan)
    return np.asarray(np.divide(shifted, total, out=flat, where=total > 0))


def profile_similarity(first: Floats, second: Floats) -> Floats:
    """1 - Jensen-Shannon divergence in base 2 of profiles of the same abilities; in [0, 1].

    NaN where one of two has no distribution. SciPy's `jensenshannon` is the square root of the
    divergence, and not a number for some equal profiles, where rounding makes it negative.
    """
    one, other = normalised(first), normalised(second)
    middle = (one + other) / 2
    nats = (rel_entr(one, middle) + rel_entr(other, middle)).sum(axis=-1) / 2
    return np.asarray(1 - np.clip(nats / np.log(2), 0, 1))


def cosine(first: Floats, second: Floats) -> Floats:
    """Cosine of the angle of profiles as they are, in [-1, 1]; NaN where one is zero."""
    norms = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    product = (first * second).sum(axis=-1)
    zero = np.full_like(product, np.nan)
    return np.asarray(np.divide(product, norms, out=zero, where=norms > 0))


def spearman(first: Floats, second: Floats) -> Floats:
    """Rank correlation over abilities, in [-1, 1]; NaN where one profile is flat."""
    return correlation(rankdata(first, axis=-1), rankdata(second, axis=-1))


def correlation(first: Floats, second: Floats) -> Floats:
    """Pearson correlation along the last axis; NaN where one profile is flat."""
    return cosine(
        first - first.mean(axis=-1, keepdims=True), second - second.mean(axis=-1, keepdims=True)
    )


def effective_number(profiles: Floats) -> Floats:
    """Effective number of abilities: exp of the entropy of the normalised profile.

    1 where one ability holds everything; the least of all abilities always counts as nothing, so
    that it is at most one less than the abilities. NaN where all are equal. After Hill (1973,
    doi:10.2307/1934352).
    """
    shares = normalised(profiles)
    return np.asarray(np.exp(-(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=-1)))


# Not the cosine: noise around zero is no null of it, since any two losses have a positive one.
MEASURES = {"similarity": profile_similarity, "spearman": spearman}


@dataclass(frozen=True)
class Null:
    """What profiles of pure noise show in one measure: (draws,), ascending."""

    values: Floats

    def quantiles(self) -> tuple[float, float, float]:
        """2.5%, 50% and 97.5%."""
        low, middle, high = np.quantile(self.values, (0.025, 0.5, 0.975))
        return float(low), float(middle), float(high)

    def share_from(self, value: float) -> float:
        """Share of noise with at least this value; counts the value itself, so never zero."""
        larger = len(self.values) - np.searchsorted(self.values, value, side="left")
        return float((larger + 1) / (len(self.values) + 1))

    def share_to(self, value: float) -> float:
        """Share of noise with at most this value; counts the value itself."""
        smaller = np.searchsorted(self.values, value, side="right")
        return float((smaller + 1) / (len(self.values) + 1))


@functools.cache
def noise_null(abilities: int, seed: int, draws: int = 10_000) -> dict[str, Null]:
    """Measures of pairs of noise profiles, and `effective_number` of single ones.

    Each ability's AIS is an independent standard normal; its scale and shift do not matter after
    the normalisation, nor to ranks.
    """
    random = np.random.default_rng(seed)
    first, second = random.standard_normal((2, draws, abilities))
    nulls = {name: Null(np.sort(measure(first, second))) for name, measure in MEASURES.items()}
    return nulls | {"effective_number": Null(np.sort(effective_number(first)))}


def symmetric_interval(value: float, resampled: Floats, confidence: float) -> tuple[float, float]:
    """Value plus and minus the quantile of the resamples' distances from it.

    Resampling adds noise to a profile, which pulls similarities and effective numbers to what
    noise shows, away from the value: percentiles would leave the value outside its own interval.
    docs/explanation/statistics.md has the coverage that simulations found.

    Args:
        value: of the data.
        resampled: (resamples,), of the resamples; NaN, of flat profiles, are passed over.
        confidence: of the interval.
    """
    known = resampled[~np.isnan(resampled)]
    if not len(known):
        return np.nan, np.nan
    reach = float(np.quantile(np.abs(known - value), confidence))
    return value - reach, value + reach
