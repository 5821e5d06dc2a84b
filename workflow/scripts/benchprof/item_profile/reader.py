"""Readers: which ability's items a vector resembles, as a share for each class.

A class is an ability or `none`. Readers see inner products alone, so that the same code reads
importance, words, characters and hidden states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.special import softmax
from sklearn.kernel_ridge import KernelRidge
from sklearn.preprocessing import KernelCenterer

from benchprof.profile.resampling import Floats

Labels = NDArray[np.int64]
NONE = "none"
"""The class of items that need no ability: uninformative items."""
PENALTIES = tuple(10.0**power for power in range(-4, 2))
TEMPERATURES = tuple(float(own) for own in np.geomspace(0.01, 1, 13))
DIGITS = 6
"""Decimals of a log loss that tell settings apart."""
SMOOTHINGS = (0.01, 0.03, 0.1, 0.2, 0.4)


@dataclass(frozen=True)
class Settings:
    """How shares are read, as chosen on calibration items.

    Attributes:
        kind: `ridge` (kernel ridge regression of the classes, then a softmax) or `mixture` (a
            non-negative mixture of the mean vectors of the classes).
        penalty: of the ridge; unused by the mixture.
        softness: the temperature of the softmax, or the share of the mixture that is spread evenly
            over the classes.
    """

    kind: Literal["ridge", "mixture"]
    penalty: float
    softness: float


@dataclass(frozen=True)
class Reader:
    """A reader of items of some classes.

    Attributes:
        labels: (train items,), the number of each one's class.
        classes: how many.
        settings: how shares are read.
    """

    labels: Labels
    classes: int
    settings: Settings

    def shares(self, train: Floats, others: Floats) -> Floats:
        """Shares of the classes, of shape (items, classes); a row sums to 1.

        Args:
            train: inner products of the train items, of shape (train items, train items).
            others: of the items with the train items, of shape (items, train items).
        """
        if self.settings.kind == "mixture":
            return smoothed(mixtures(train, others, self.labels, self.classes), self.settings)
        scores = ridge_scores(train, others, self.labels, self.classes, self.settings.penalty)
        return np.asarray(softmax(scores / self.settings.softness, axis=1))


def ridge_scores(
    train: Floats, others: Floats, labels: Labels, classes: int, penalty: float
) -> Floats:
    """Scores by kernel ridge regression on the classes' indicators, of shape (items, classes).

    Args: as of `Reader.shares`, with the reader's attributes and the penalty of squared weights.
    """
    centre = KernelCenterer().fit(train)
    targets = np.eye(classes)[labels]
    ridge = KernelRidge(alpha=penalty, kernel="precomputed")
    ridge.fit(centre.transform(train), targets - targets.mean(axis=0))
    return np.asarray(ridge.predict(centre.transform(others)) + targets.mean(axis=0))


def mixtures(train: Floats, others: Floats, labels: Labels, classes: int) -> Floats:
    """The non-negative mixture of the classes' mean vectors that is nearest to each item.

    Returns:
        (items, classes); a row sums to 1.
    """
    counts = np.bincount(labels, minlength=classes)
    means = np.eye(classes)[labels] / counts
    # With A = LL', |x - Mw|² differs by a constant from |L'w - L⁻¹M'x|².
    # The ridge on the diagonal is for classes of equal means, which any mixture may share.
    gram = means.T @ train @ means
    factor = np.linalg.cholesky(gram + 1e-9 * np.trace(gram) * np.eye(classes))
    targets = np.linalg.solve(factor, means.T @ others.T)
    weights = np.array([nnls(factor.T, target)[0] for target in targets.T])
    totals = weights.sum(axis=1, keepdims=True)
    even = np.full_like(weights, 1 / classes)
    return np.asarray(np.divide(weights, totals, out=even, where=totals > 0))


def smoothed(weights: Floats, settings: Settings) -> Floats:
    """Mixtures with a part of each spread evenly over the classes."""
    even = settings.softness / weights.shape[1]
    return np.asarray((1 - settings.softness) * weights + even)


def chosen_reader(
    train: Floats, labels: Labels, calibration: Floats, right: Labels, classes: int
) -> tuple[Reader, float]:
    """The reader with the lowest log loss on calibration items, and this log loss in nats.

    Args:
        train: inner products of the train items.
        labels: the class of each.
        calibration: inner products of the calibration items with the train items.
        right: the class of each calibration item.
        classes: how many.
    """
    best: tuple[float, Settings] | None = None
    mixed = mixtures(train, calibration, labels, classes)
    trials: list[tuple[Settings, Floats]] = []
    for softness in SMOOTHINGS:
        settings = Settings("mixture", 0.0, softness)
        trials.append((settings, smoothed(mixed, settings)))
    for penalty, softness in product(PENALTIES, TEMPERATURES):
        if softness == TEMPERATURES[0]:
            scores = ridge_scores(train, calibration, labels, classes, penalty)
        trials.append((Settings("ridge", penalty, softness), softmax(scores / softness, axis=1)))
    for settings, shares in trials:
        loss = log_loss(shares, right)
        # Rounded: of equally good ones the first counts, however a sum was split over threads.
        loss = round(loss, DIGITS)
        if best is None or loss < best[0]:
            best = loss, settings
    assert best is not None
    return Reader(labels, classes, best[1]), best[0]


def log_loss(shares: Floats, right: Labels) -> float:
    """The mean of -log of the right class's share, in nats."""
    own = shares[np.arange(len(right)), right]
    return float(-np.log(np.maximum(own, 1e-12)).mean())


def numbered(names: Sequence[str], classes: Sequence[str]) -> Labels:
    """The number of each name among the classes."""
    places = {name: place for place, name in enumerate(classes)}
    return np.array([places[name] for name in names], dtype=np.int64)
