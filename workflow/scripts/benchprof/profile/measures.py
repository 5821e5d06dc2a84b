"""How alike two profiles are, and what pure noise would show.

A profile is the AIS of all abilities; profiles lie along the last axis. Scale and shift of a
profile change neither its normalised form nor its rank correlation, so that drops serve as well as
AIS there.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import rel_entr
from scipy.stats import rankdata

from benchprof.profile.resampling import Floats

NORMAL_DRAWS = 10_000
ROUNDING = 1e-9
BATCH_ENTRIES = 2_000_000
Noise = tuple[Floats, Floats]
"""Profiles of noise of two profiles that are compared, (draws, abilities) each."""


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

    NaN where one of two has no distribution.
    """
    return divergence_similarity(normalised(first), normalised(second))


def divergence_similarity(one: Floats, other: Floats) -> Floats:
    """1 - Jensen-Shannon divergence in base 2 of distributions over the last axis; in [0, 1].

    SciPy's `jensenshannon` is the square root of the divergence, and not a number for some equal
    distributions, where rounding makes it negative.
    """
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
    """What profiles of pure noise show in one measure.

    Attributes:
        values: (draws,), ascending; noise that is flat has none. Values that differ by rounding
            alone are equal: the noise of right-or-wrong scores has many ties.
    """

    values: Floats

    def quantiles(self) -> tuple[float, float, float]:
        """2.5%, 50% and 97.5%; NaN where all noise is flat."""
        if not len(self.values):
            return np.nan, np.nan, np.nan
        low, middle, high = np.quantile(self.values, (0.025, 0.5, 0.975))
        return float(low), float(middle), float(high)

    def share_from(self, value: float) -> float:
        """Share of noise with at least this value; counts the value itself, so never zero."""
        larger = len(self.values) - np.searchsorted(self.values, value - ROUNDING, side="left")
        return float((larger + 1) / (len(self.values) + 1))

    def share_to(self, value: float) -> float:
        """Share of noise with at most this value; counts the value itself."""
        smaller = np.searchsorted(self.values, value + ROUNDING, side="right")
        return float((smaller + 1) / (len(self.values) + 1))


@functools.cache
def noise_null(abilities: int, seed: int) -> dict[str, Null]:
    """Measures of pairs of noise profiles, and `effective_number` of single ones.

    Each ability's AIS is an independent standard normal; its scale and shift do not matter after
    the normalisation, nor to ranks.
    """
    first, second = _normal_profiles(abilities, seed)
    return pair_null(first, second) | {"effective_number": breadth_null(first)}


def pair_null(first: Floats, second: Floats) -> dict[str, Null]:
    """Measures of pairs of noise profiles.

    Args:
        first: (draws, abilities), noise of one profile.
        second: (draws, abilities), of the other, independent of the first.
    """
    return {name: _null(measure(first, second)) for name, measure in MEASURES.items()}


def breadth_null(noise: Floats) -> Null:
    """The effective number of abilities of noise profiles, (draws, abilities)."""
    return _null(effective_number(noise))


def _null(values: Floats) -> Null:
    """Flat profiles of noise are passed over: a flat profile has no such number either."""
    return Null(np.sort(values[~np.isnan(values)]))


@functools.cache
def _normal_profiles(abilities: int, seed: int) -> Floats:
    """(2, NORMAL_DRAWS, abilities)."""
    return np.random.default_rng(seed).standard_normal((2, NORMAL_DRAWS, abilities))


def paired_noise(one: Floats | None, other: Floats | None, abilities: int, seed: int) -> Noise:
    """Noise of two profiles, (draws, abilities) each; normal for one that has none of its own."""
    normal = _normal_profiles(abilities, seed)
    first, second = (
        own if own is not None else drawn for own, drawn in zip((one, other), normal, strict=True)
    )
    draws = min(len(first), len(second))
    return first[:draws], second[:draws]


def shuffled_profiles(drops: Floats, draws: int, seed: int) -> Floats:
    """Noise of a profile of right-or-wrong scores, (draws, abilities).

    In every unit, what the abilities' masks cost is handed out to them in random order: no unit
    then tells one ability from another. If few units change, such profiles have few values and
    many ties, so that normal noise would be no null of them: a single lost item would make an
    effective number of 1, which normal noise hardly ever shows. Of many units there are no ties
    left, and the shuffled profiles, but for scale and shift, are normal noise.

    Args:
        drops: (abilities, units), what each unit lost.
        draws: how many profiles.
        seed: of the orders.
    """
    apart = drops[:, np.ptp(drops, axis=0) > 0].T
    random = np.random.default_rng(seed)
    profiles = np.zeros((draws, len(drops)))
    batch = max(1, BATCH_ENTRIES // max(1, apart.size))
    for start in range(0, draws, batch):
        rows = slice(start, min(start + batch, draws))
        tiled = np.tile(apart, (rows.stop - start, 1, 1))
        profiles[rows] = random.permuted(tiled, axis=2).sum(axis=1)
    return profiles


def symmetric_interval(value: float, resampled: Floats, confidence: float) -> tuple[float, float]:
    """Value plus and minus the quantile of the resamples' distances from it.

    Resampling adds noise to a profile, which pulls similarities and effective numbers to what
    noise shows, away from the value: percentiles would leave the value outside its own interval.
    docs/explanation/statistics.md has the coverage that simulations found.

    Args:
        value: of the data.
        resampled: (resamples,), of the resamples; NaN of flat profiles, which may be anywhere.
        confidence: of the interval.

    Returns:
        The bounds; infinite where more resamples are flat than the confidence leaves out.
    """
    flat = np.isnan(resampled)
    distances = np.where(flat, np.inf, np.abs(resampled - value))
    # Interpolation between a distance and infinity would be no number.
    method: Literal["higher", "linear"] = "higher" if flat.any() else "linear"
    reach = float(np.quantile(distances, confidence, method=method))
    return value - reach, value + reach
