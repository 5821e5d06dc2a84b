"""Readers: which ability's items a vector resembles, as a share for each class.

A class is an ability or `none`. Readers see inner products alone, so that the same code reads
hidden states, importance, words and characters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
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


@dataclass(frozen=True)
class Settings:
    """How shares are read, as chosen on calibration items.

    Attributes:
        penalty: of squared weights in the kernel ridge regression of the classes.
        temperature: of the softmax of its scores.
    """

    penalty: float
    temperature: float


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
        scores = ridge_scores(train, others, self.labels, self.classes, self.settings.penalty)
        return np.asarray(softmax(scores / self.settings.temperature, axis=1))


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


def chosen_reader(
    train: Floats, calibration: Floats, labels: Labels, right: Labels, classes: int
) -> tuple[Reader, float]:
    """The reader with the lowest log loss on calibration items, and this log loss in nats.

    Args:
        train: inner products of the train items.
        calibration: of the calibration items with the train items.
        labels: the class of each train item.
        right: the class of each calibration item.
        classes: how many.
    """
    trials = []
    for penalty in PENALTIES:
        scores = ridge_scores(train, calibration, labels, classes, penalty)
        for temperature in TEMPERATURES:
            loss = log_loss(softmax(scores / temperature, axis=1), right)
            # Rounded: of equally good ones the first counts, however a sum was split over threads.
            trials.append((round(loss, DIGITS), Settings(penalty, temperature)))
    loss, settings = min(trials, key=lambda own: own[0])
    return Reader(labels, classes, settings), loss


def log_loss(shares: Floats, right: Labels) -> float:
    """The mean of -log of the right class's share, in nats."""
    own = shares[np.arange(len(right)), right]
    return float(-np.log(np.maximum(own, 1e-12)).mean())


def at_unit_length(products: Floats) -> Floats:
    """The inner products of vectors after each is scaled to length 1; of zero vectors, zeros."""
    lengths = np.sqrt(np.diag(products))
    lengths[lengths == 0] = np.inf
    return np.asarray(products / np.outer(lengths, lengths))
