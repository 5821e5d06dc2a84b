"""Paired bootstrap over items or clusters of items, vectorised and seeded."""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import norm, t

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Weights = Floats | csr_array

# Entries of a resample drawn or counted at once: bounds memory at some tens of MB.
BATCH_ENTRIES = 2_000_000


def bootstrap_means(sums: Floats, sizes: Floats, resamples: int, seed: int) -> Floats:
    """Means over items of each row under the same resamples of the units.

    Args:
        sums: (rows, units), scores summed within units; a row per condition of the model, paired,
            so that every row sees the same units.
        sizes: (units,), the number of items of each unit.
        resamples: how many.
        seed: of the draw; the same number of units and seed give the same resamples.

    Returns:
        (rows, resamples), float64.
    """
    totals = bootstrap_totals(np.vstack([sums, sizes]), resamples, seed)
    return np.asarray(totals[:-1] / totals[-1])


def bootstrap_totals(sums: Floats, resamples: int, seed: int) -> Floats:
    """Sums of each row over the same resamples of the units.

    Args:
        sums: (rows, units).
        resamples: how many.
        seed: of the draw; the same number of units and seed give the same resamples.

    Returns:
        (rows, resamples), float64.
    """
    rows, units = sums.shape
    counts = resample_counts(units, resamples, seed)
    totals = np.empty((rows, resamples))
    batch = max(1, BATCH_ENTRIES // units)
    summands = exactly_summable(sums, units)
    for start in range(0, resamples, batch):
        drawn = counts[start : start + batch].T.astype(np.float64)
        totals[:, start : start + batch] = summands @ drawn
    return totals


def exactly_summable(values: Floats, terms: int) -> Floats:
    """`values`, rounded so that float64 adds up any `terms` of a row without an error.

    A sum with rounding errors depends on its order, which linear algebra libraries choose by
    processor and number of threads: the last digits of an interval would differ between machines.
    Multiples of 2^-s whose sums stay below 2^(53 - s) are added exactly in every order.

    Args:
        values: (rows, units).
        terms: at most so many values of a row are added up, a value drawn twice counting twice.

    Returns:
        (rows, units); each value moves by at most 2^-52 of the largest sum that its row can have.
    """
    largest = np.abs(values).max(axis=1, keepdims=True, initial=0.0) * terms
    _, exponents = np.frexp(largest)
    shifts = 52 - exponents
    return np.asarray(np.ldexp(np.rint(np.ldexp(values, shifts)), -shifts))


def standard_error(values: Floats) -> float:
    """The standard error of the mean of (n,) values; NaN of one value, or of infinite ones."""
    if len(values) < 2 or not np.isfinite(values).all():
        return math.nan
    return float(values.std(ddof=1) / math.sqrt(len(values)))


@functools.lru_cache(maxsize=2)
def resample_counts(units: int, resamples: int, seed: int) -> NDArray[np.uint8]:
    """How often each resample draws each unit, (resamples, units).

    Kept for the next model: all conditions of all models see the same resamples of a benchmark,
    which pairs them. Two are kept, as right-or-wrong scores have two units more.
    """
    random = np.random.default_rng(seed)
    counts = np.empty((resamples, units), dtype=np.uint8)
    batch = max(1, BATCH_ENTRIES // units)
    for start in range(0, resamples, batch):
        size = min(batch, resamples - start)
        drawn = random.integers(0, units, size=(size, units), dtype=np.int32)
        drawn += units * np.arange(size, dtype=np.int32)[:, None]
        flat = np.bincount(drawn.ravel(), minlength=size * units)
        counts[start : start + size] = flat.reshape(size, units)
    return counts


def with_pseudo_items(scores: Floats) -> tuple[Floats, Floats]:
    """`scores` (rows, n) with two items more, and what these two add to a difference, (n + 2,).

    For right-or-wrong scores a bootstrap over items of which none changed would give an interval
    of no width, as if no item ever could. One pseudo-item each way, lost and gained, is the
    adjustment that Bonett and Price (2012, doi:10.3102/1076998611411915) give for paired
    proportions. The intact model (row 0) has one of them right; whichever two conditions are
    compared, the pseudo-items count once for and once against the difference.
    """
    rows, n = scores.shape
    extra = np.tile([1.0, 0.0], (rows, 1))
    return np.hstack([scores, extra]), np.concatenate([np.zeros(n), [1.0, -1.0]])


def expanded_tail(confidence: float, units: int) -> float:
    """The tail of a percentile interval that is not too narrow for few units.

    Plain percentiles are narrow by sqrt((units - 1) / units) and use the normal where the t
    distribution is due; Hesterberg (2015, doi:10.1080/00031305.2015.1089789) expands them so.
    """
    quantile = t.ppf((1 - confidence) / 2, units - 1)
    return float(norm.cdf(np.sqrt(units / (units - 1)) * quantile))
