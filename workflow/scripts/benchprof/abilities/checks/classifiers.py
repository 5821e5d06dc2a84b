"""The two classifiers that the checks of form use, and how they are fitted and tested.

A *random forest* finds what features do together, *naive Bayes* adds up what each says alone. A
check takes the better of the two, so a set passes only where neither finds its way.

Naive Bayes is the multinomial kind, made for counts that are mostly zero, as those of function
words and marks are. The Gaussian kind treats a word as impossible for a label that never had it.
On the first version of the shipped sets, with the best of four smoothings, it was right on 5 to 17
points fewer of the test items, though on 4 to 5 points more within train in two of the four views.
Every feature is first scaled to its range, from 0 to 1. Otherwise a length in the hundreds would
count as hundreds of events, and a comma would have no weight.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from benchprof.abilities.checks.form_features import Features

TREES = 200
LEAF = 3  # finds as much as 1 and halves the time where there is nothing to find
FOLDS = 5

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]  # the indices to fit on and to test on


def _random_forest() -> Any:
    return RandomForestClassifier(TREES, min_samples_leaf=LEAF, random_state=0, n_jobs=1)


def _naive_bayes() -> Any:
    return make_pipeline(MinMaxScaler(clip=True), MultinomialNB())


CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "random forest": _random_forest,
    "naive Bayes": _naive_bayes,
}


def matrix(features: Sequence[Features]) -> NDArray[np.float32]:
    """One row per text and one column per feature, in alphabetical order of the features."""
    rows = DictVectorizer(dtype=np.float32, sparse=False).fit_transform(features)
    return np.asarray(rows, dtype=np.float32)


def predicted(
    rows: Any, labels: Sequence[str], folds: Sequence[Fold], make: Callable[[], Any]
) -> NDArray[np.str_]:
    """The label predicted for each row; empty for a row that no fold tests."""
    known = np.array(labels)
    taken = np.zeros_like(known)
    for fitted, tested in folds:
        taken[tested] = make().fit(rows[fitted], known[fitted]).predict(rows[tested])
    return taken


def best_predicted(
    rows: Any, labels: Sequence[str], folds: Sequence[Fold]
) -> tuple[NDArray[np.str_], str]:
    """The labels predicted by the better classifier, and how often each classifier is right."""
    taken = {name: predicted(rows, labels, folds, make) for name, make in CLASSIFIERS.items()}
    right = {name: (own == labels)[own != ""].mean() for name, own in taken.items()}
    each = ", ".join(f"{name} {100 * share:.1f}%" for name, share in right.items())
    return taken[max(right, key=lambda name: right[name])], each


def grouped_folds(groups: Sequence[Hashable]) -> list[Fold]:
    """Cross-validation's folds, with the rows of a group in one; none for fewer than two groups."""
    numbers: dict[Hashable, int] = {}
    of_row = [numbers.setdefault(group, len(numbers)) for group in groups]
    if len(numbers) < 2:
        return []
    kind = GroupKFold(min(FOLDS, len(numbers)), shuffle=True, random_state=0)
    return list(kind.split(of_row, groups=of_row))
