"""The item profile of a benchmark: the mean share of each class, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchprof.item_profile.reader import Labels, Reader
from benchprof.profile.criteria import CONFIDENCE
from benchprof.profile.measures import symmetric_interval
from benchprof.profile.resampling import Floats
from benchprof.sampling import derived_seed

RESAMPLES = 300
DIGITS = 9
"""Decimals of a share: the last bits of a float depend on how a library splits its work."""
COLUMNS = ["benchmark", "ability", "share", "share_low", "share_high", "n_items", "n_train"]


def share_table(
    reader: Reader,
    classes: Sequence[str],
    train: Floats,
    others: Mapping[str, Floats],
    seed: int,
) -> pd.DataFrame:
    """A row for each benchmark and class, with the columns `COLUMNS`.

    Intervals have 95% and are by the bootstrap over items and, within a class, over train items:
    other items of either kind would have given another profile. They lie symmetrically round a
    share, since resampled train items, of which some repeat, make a weaker reader.

    Args:
        reader: the reader.
        classes: their names.
        train: inner products of the train items.
        others: inner products of each benchmark's items with the train items.
        seed: of the draws; those of a benchmark do not depend on other benchmarks.
    """
    found = {name: reader.shares(train, own).mean(axis=0) for name, own in others.items()}
    again = resampled_shares(reader, train, others, seed)
    rows = []
    counts = np.bincount(reader.labels, minlength=len(classes))
    for benchmark, shares in found.items():
        for place, name in enumerate(classes):
            value, drawn = float(shares[place]), again[benchmark][:, place]
            low, high = symmetric_interval(value, drawn, CONFIDENCE)
            bounds = (round(own, DIGITS) for own in (value, max(low, 0.0), min(high, 1.0)))
            rows.append([benchmark, name, *bounds, len(others[benchmark]), int(counts[place])])
    return pd.DataFrame(rows, columns=COLUMNS)


def resampled_shares(
    reader: Reader, train: Floats, others: Mapping[str, Floats], seed: int
) -> dict[str, Floats]:
    """Mean shares of each benchmark in every resample, of shape (resamples, classes).

    Args: as of `share_table`.
    """
    draws = {
        name: np.random.default_rng(derived_seed(seed, "items", name)).integers(
            0, len(own), (RESAMPLES, len(own))
        )
        for name, own in others.items()
    }
    generator = np.random.default_rng(derived_seed(seed, "train items"))
    means: dict[str, list[Floats]] = {name: [] for name in others}
    for number in range(RESAMPLES):
        drawn = resampled_train(reader.labels, generator)
        own = Reader(reader.labels[drawn], reader.classes, reader.settings)
        again = train[np.ix_(drawn, drawn)]
        # One fit for all benchmarks: the fit takes the time.
        rows = np.concatenate([others[name][draws[name][number]] for name in others])
        shares = own.shares(again, rows[:, drawn])
        ends = np.cumsum([len(own) for own in others.values()])[:-1]
        for name, part in zip(others, np.split(shares, ends), strict=True):
            means[name].append(part.mean(axis=0))
    return {name: np.array(own) for name, own in means.items()}


def resampled_train(labels: Labels, generator: np.random.Generator) -> Labels:
    """Indices of train items drawn with replacement, as many of each class as there are."""
    members = [np.flatnonzero(labels == own) for own in np.unique(labels)]
    return np.concatenate([generator.choice(own, len(own)) for own in members])
