"""Paired tests that a mean difference is zero: exact for counts, by sign flips for the others.

Under the null each unit's difference (an item's, or a cluster's sum) is as likely to have either
sign.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from benchprof.profile.resampling import Floats, Ints, Weights

BATCH_ENTRIES = 2_000_000
# Below it the Fourier inversions' rounding would show.
LEAST_P = 1e-12
# Standard deviations beyond which the sum of sign flips has less than 1e-30 (Hoeffding's bound).
REACH = 12


def least_p(units: int, resamples: int | None) -> float:
    """The least two-sided p-value of a sign-flip test: all units changed, and all one way.

    Args:
        units: that are flipped.
        resamples: random arrangements of a test by random signs; None of an exact one.
    """
    exact = max(2.0 ** (1 - units), LEAST_P)
    return exact if resamples is None else max(exact, 1 / (resamples + 1))


def mcnemar_p(lost: int, gained: int) -> float:
    """Two-sided exact p-value of McNemar's test.

    Args:
        lost: items that the first condition has right and the second wrong.
        gained: items the other way round.
    """
    return min(1.0, 2 * float(binom.cdf(min(lost, gained), lost + gained, 0.5)))


def whole_sign_flip_p(differences: Ints) -> float:
    """Two-sided exact p-value of the sign-flip test on whole numbers.

    Of right-or-wrong scores the differences are whole numbers, also of one condition against the
    sum of m others (m times one less the others), and of clusters' sums. With differences of -1, 0
    and 1 alone it is McNemar's exact test. Otherwise the distribution of the sum of d_i times a
    random sign is found by inverting its characteristic function, the product of cos(d_i w).

    Args:
        differences: (units,), whole numbers.
    """
    counts = np.bincount(np.abs(differences))[1:]
    if len(counts) <= 1:
        return mcnemar_p(int((differences == 1).sum()), int((differences == -1).sum()))
    values = np.flatnonzero(counts) + 1
    often = counts[values - 1]
    total, observed = int(values @ often), abs(int(differences.sum()))
    # The sum is total - 2 x (what has a minus), so half of it runs in steps of one.
    reach = min(total // 2 + 1, int(np.ceil(REACH / 2 * np.sqrt(values**2 @ often))))
    length = 2 * reach + 1
    half_angles = np.pi * np.arange(reach + 1) / length
    spectrum = np.prod(np.cos(np.outer(values, half_angles)) ** often[:, None], axis=0)
    odd = total % 2
    masses = np.fft.irfft(spectrum * np.exp(-1j * half_angles * odd), length)
    steps = np.fft.ifftshift(np.arange(-reach, reach + 1))
    p = float(masses[np.abs(2 * steps - odd) >= observed].sum())
    return min(1.0, max(p, LEAST_P))


def exchange_p(changed: Ints, lost: Ints, conditions: int) -> Floats:
    """Two-sided exact p-values that one of several conditions loses no more or less than the
    others.

    Under the null the conditions are exchangeable within an item: where k of them differ from the
    intact one, the one that is tested is among them with chance k / conditions. What it lost in all
    is then a sum of binomial numbers, whose distribution is found by inverting its characteristic
    function. Sign flips of the difference to the others' mean alone would not hold their level
    where few items change, since the difference is then skewed.

    Args:
        changed: (rows, items), how many of a row's conditions lost the item, or less those that
            gained it.
        lost: (rows,), the items that the tested condition lost, less those it gained.
        conditions: how many a row has, the tested one included.

    Returns:
        (rows,).
    """
    numbers = range(1, conditions)
    losers, gainers = (
        np.stack([(sign * changed == k).sum(axis=1) for k in numbers], axis=1) for sign in (1, -1)
    )
    # Items that all conditions changed are certain. The sum of the others lies in -gained to reach.
    sure = (changed == conditions).sum(axis=1) - (changed == -conditions).sum(axis=1)
    gained, reach = gainers.sum(axis=1), losers.sum(axis=1)
    # Odd, so that no frequency is the one at which a binomial of chance 1/2 has zero.
    length = int((gained + reach).max(initial=0) + 1) | 1
    unit = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    # Of 1 - c + c·unit; the logarithm of its size near 1, without losing digits.
    chances = np.arange(1, conditions)[:, None] / conditions
    sizes = np.log1p(2 * chances * (1 - chances) * (unit.real - 1)) / 2
    logs = sizes + 1j * np.angle(1 + chances * (unit - 1))
    p = np.empty(len(changed))
    batch = max(1, BATCH_ENTRIES // length)
    for start in range(0, len(p), batch):
        rows = slice(start, start + batch)
        spectra = np.exp(losers[rows] @ logs + gainers[rows] @ logs.conj())
        masses = np.fft.irfft(spectra, length, axis=1)
        for row, wrapped in enumerate(masses, start):
            # Numbers below zero are at the end.
            own = np.roll(wrapped, gained[row])
            place = int(lost[row] - sure[row] + gained[row])
            tail = min(own[: place + 1].sum(), own[place:].sum())
            p[row] = min(1.0, max(2 * float(tail), LEAST_P))
    return p


def cluster_exchange_p(drops: Ints) -> float:
    """Two-sided exact p-value that the first of several conditions loses as much as the others.

    As `exchange_p`, of clusters' sums, which may be any whole numbers: under the null the
    conditions are exchangeable within a cluster, so that what the first one loses there is what any
    of them does, with the same chance. The distribution of the sum over clusters is found by
    inverting its characteristic function, the product over clusters of the conditions' mean of
    exp(i d w).

    Args:
        drops: (conditions, clusters), what each condition lost in all items of each cluster.
    """
    above = drops - drops.min(axis=0)
    length = int(above.max(axis=0).sum()) + 1
    spectrum = np.ones(length // 2 + 1, dtype=np.complex128)
    for cluster in above.T:
        spectrum *= np.fft.rfft(np.bincount(cluster, minlength=length)) / len(above)
    masses = np.fft.irfft(spectrum, length)
    place = int(above[0].sum())
    tail = min(masses[: place + 1].sum(), masses[place:].sum())
    return min(1.0, max(2 * float(tail), LEAST_P))


def sign_flip_p(sums: Floats, weights: Weights, resamples: int, seed: int) -> Floats:
    """Two-sided p-values of the sign-flip test by random signs, the same for every row.

    The observed arrangement counts as one, so that p is never zero.

    Args:
        sums: (conditions, units), what each unit lost in each condition.
        weights: (rows, conditions): a row tests one weighted sum of conditions.
        resamples: random sign arrangements.
        seed: of the draw.

    Returns:
        (rows,).
    """
    units = sums.shape[1]
    differences = weights @ sums
    # The tolerance keeps ties of equal sums in different order from being lost.
    tolerance = 1e-12 * (abs(weights) @ np.abs(sums)).sum(axis=1)
    bound = (np.abs(differences.sum(axis=1)) - tolerance)[:, None]
    random = np.random.default_rng(seed)
    extreme = np.zeros(len(differences))
    batch = max(1, BATCH_ENTRIES // units)
    for start in range(0, resamples, batch):
        size = min(batch, resamples - start)
        signs = random.integers(0, 2, size=(units, size), dtype=np.int8) * 2.0 - 1.0
        extreme += (np.abs(weights @ (sums @ signs)) >= bound).sum(axis=1)
    return np.asarray((extreme + 1) / (resamples + 1))
