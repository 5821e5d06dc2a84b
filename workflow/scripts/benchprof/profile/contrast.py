"""What an ablation is compared with: the intact model, its random controls, other abilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchprof.profile.resampling import Ints
from benchprof.run.ablation import ALL_ABILITIES, Ablation


@dataclass(frozen=True)
class Contrasts:
    """Weighted sums of the AIS of a benchmark's ablations: each one's own, or less others' mean.

    Attributes:
        names: (rows,), what each row compares with: `ais`, `random` or `others`.
        ablations: (rows,), number of the ablation that it is about.
        weights: (rows, ablations), of each ablation's AIS in the sum; nearly all are zero.
        parts: (rows,), number of ablations averaged on the other side; 1 for `ais`.
    """

    names: NDArray[np.str_]
    ablations: Ints
    weights: csr_array
    parts: Ints


def contrasts(ablations: Sequence[Ablation], masks: Sequence[str]) -> Contrasts:
    """All contrasts of a benchmark's ablations, of which `masks` are the masks' digests.

    `ais`: every ablation against the intact model; `random`: an ability's mask against the mean
    of its random controls; `others`: against the mean of the other abilities' masks of the same
    selection and k. Ablations without any of these have no such row.
    """
    compared = [("ais", number, list[int]()) for number in range(len(ablations))]
    rows = [("random", number, controls_of(a, ablations)) for number, a in enumerate(ablations)]
    rows += [
        # `core` is one mask for all: not to be compared with itself.
        ("others", number, [n for n in _other_abilities(a, ablations) if masks[n] != masks[number]])
        for number, a in enumerate(ablations)
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
        parts=np.array([max(1, len(others)) for _, _, others in compared]),
    )


def controls_of(ablation: Ablation, ablations: Sequence[Ablation]) -> list[int]:
    """Numbers of the random controls of an ablation's own mask; none for a control itself."""
    return [
        number
        for number, other in enumerate(ablations)
        if ablation.seed is None
        and other.seed is not None
        and other.ability in (ablation.ability, ALL_ABILITIES)
        and (other.selection, other.k) == (ablation.selection, ablation.k)
    ]


def _other_abilities(ablation: Ablation, ablations: Sequence[Ablation]) -> list[int]:
    """Numbers of the other abilities' masks of the same selection and k."""
    return [
        number
        for number, other in enumerate(ablations)
        if ablation.seed is None
        and other.seed is None
        and other.ability != ablation.ability
        and (other.selection, other.k) == (ablation.selection, ablation.k)
    ]
