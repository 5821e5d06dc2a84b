"""What an ablation is compared with: the intact model, its random controls, other abilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchprof.ablation import Ablation
from benchprof.profile.resampling import Ints


@dataclass(frozen=True)
class Contrasts:
    """Weighted sums of the AIS of a benchmark's ablations: each one's own, or less others' mean.

    Attributes:
        names: (rows,), what each row compares with: `ais`, `random` or `others`.
        ablations: (rows,), number of the ablation that it is about.
        weights: (rows, ablations), of each ablation's AIS in the sum; nearly all are zero.
        averaged_count: (rows,), number of ablations averaged on the other side; 1 for `ais`.
    """

    names: NDArray[np.str_]
    ablations: Ints
    weights: csr_array
    averaged_count: Ints


def contrasts(ablations: Sequence[Ablation], masks: Sequence[str]) -> Contrasts:
    """All contrasts of a benchmark's ablations, of which `masks` are the masks' digests.

    `ais`: every ablation against the intact model; `random`: an ability's mask against the mean
    of its random controls; `others`: against the mean of the other abilities' masks of the same
    selection and mask fraction. Ablations without any of these have no such row.
    """
    compared = [("ais", number, list[int]()) for number in range(len(ablations))]
    rows = [("random", number, controls_of(a, ablations)) for number, a in enumerate(ablations)]
    rows += [
        ("others", number, _others_of(number, ablations, masks)) for number in range(len(ablations))
    ]
    compared += [row for row in rows if row[2]]
    weights = np.zeros((len(compared), len(ablations)))
    for row, (_, number, others) in enumerate(compared):
        weights[row, number] = 1.0
        if others:
            weights[row, others] = -1.0 / len(others)
    return Contrasts(
        names=np.array([name for name, _, _ in compared]),
        ablations=np.array([number for _, number, _ in compared]),
        weights=csr_array(weights),
        averaged_count=np.array([max(1, len(others)) for _, _, others in compared]),
    )


def controls_of(ablation: Ablation, ablations: Sequence[Ablation]) -> list[int]:
    """Numbers of the random controls of an ablation's own mask; none for a control itself."""
    return [number for number, other in enumerate(ablations) if other.is_control_of(ablation)]


def _others_of(number: int, ablations: Sequence[Ablation], masks: Sequence[str]) -> list[int]:
    """Numbers of the other abilities' masks of an ablation's kind, which hold other entries.

    All masks of `core` hold the same entries, and two lists of units may: none is compared with
    itself.
    """
    return [
        other_number
        for other_number, other in enumerate(ablations)
        if other.is_other_than(ablations[number]) and masks[other_number] != masks[number]
    ]
