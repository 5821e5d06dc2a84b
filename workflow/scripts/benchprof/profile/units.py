"""What is resampled together: single items, or clusters of items that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchprof.profile.criteria import MIN_CLUSTERS
from benchprof.profile.resampling import Floats, Ints


@dataclass(frozen=True)
class Units:
    """How the items of a benchmark are resampled.

    Attributes:
        clustered: whether the units are clusters; otherwise each item is one.
        labels: (n,), the unit of each item, from 0.
    """

    clustered: bool
    labels: Ints

    @property
    def sizes(self) -> Floats:
        """(units,), the number of items of each."""
        return np.bincount(self.labels).astype(np.float64)

    def __len__(self) -> int:
        return int(np.max(self.labels)) + 1

    def sums(self, scores: Floats) -> Floats:
        """(rows, n) scores summed within units, (rows, units)."""
        if not self.clustered:
            return scores
        # Not a product of matrices, whose rounding depends on the processor.
        return np.stack([np.bincount(self.labels, row, len(self)) for row in scores])


def units_of(tasks: Sequence[str]) -> Units:
    """The units of a benchmark whose items belong to these lm-eval tasks.

    A group of tasks (the subjects of MMLU, the subtasks of BBH) is resampled by task, since items
    of one share what makes them hard; fewer than `MIN_CLUSTERS` tasks are not.
    """
    _, labels = np.unique(np.array(tasks), return_inverse=True)
    if np.max(labels) + 1 < MIN_CLUSTERS:
        return Units(clustered=False, labels=np.arange(len(tasks)))
    return Units(clustered=True, labels=labels.astype(np.int64))
