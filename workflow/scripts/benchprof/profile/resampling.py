"""Paired bootstrap and paired sign-flip test over items, vectorised and seeded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Resamples drawn at once: bounds memory at 64 MB for 10,000 items.
BATCH_ENTRIES = 8_000_000


def bootstrap_means(scores: Floats, resamples: int, seed: int) -> Floats:
    """Means of each row under the same resamples of the items.

    Args:
        scores: (rows, n), a row per model state; paired, so that every row sees the same items.
        resamples: how many.
        seed: of the draw; the same n and seed give the same resamples.

    Returns:
        (rows, resamples), float64.
    """
    rows, n = scores.shape
    random = np.random.default_rng(seed)
    means = np.empty((rows, resamples))
    batch = max(1, BATCH_ENTRIES // n)
    for start in range(0, resamples, batch):
        size = min(batch, resamples - start)
        counts = random.multinomial(n, np.full(n, 1 / n), size=size)
        means[:, start : start + size] = scores @ counts.T / n
    return means


def with_pseudo_items(scores: Floats) -> tuple[Floats, Floats]:
    """`scores` (rows, n) with two items more, and what these two add to a difference, (n + 2,).

    For right-or-wrong scores a bootstrap over items of which none changed would give an interval
    of no width, as if no item ever could. One pseudo-item each way, lost and gained, is the
    adjustment that Bonett and Price (2012, doi:10.3102/1076998611411915) give for paired
    proportions. The intact model (row 0) has one of them right; whichever two states are
    compared, the pseudo-items count once for and once against the difference.
    """
    rows, n = scores.shape
    extra = np.tile([1.0, 0.0], (rows, 1))
    return np.hstack([scores, extra]), np.concatenate([np.zeros(n), [1.0, -1.0]])


def sign_flip_p(differences: Floats, resamples: int, seed: int) -> float:
    """Two-sided p-value of a paired permutation test that the mean difference is zero.

    Under the null each item's difference is as likely to have either sign. The observed
    arrangement counts as one, so that p is never zero.

    Args:
        differences: (n,), one per item.
        resamples: random sign arrangements.
        seed: of the draw.
    """
    n = len(differences)
    observed = abs(differences.sum())
    if observed == 0.0:
        return 1.0
    random = np.random.default_rng(seed)
    extreme = 0
    batch = max(1, BATCH_ENTRIES // n)
    for start in range(0, resamples, batch):
        size = min(batch, resamples - start)
        signs = random.integers(0, 2, size=(size, n), dtype=np.int8) * 2.0 - 1.0
        # The tolerance keeps ties of equal sums in different order from being lost.
        extreme += int((np.abs(signs @ differences) >= observed * (1 - 1e-12)).sum())
    return (extreme + 1) / (resamples + 1)
