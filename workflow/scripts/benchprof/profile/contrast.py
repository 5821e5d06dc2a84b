"""What an ablation is compared with: the intact model, its random controls, other abilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchprof.profile.resampling import Floats, Ints
from benchprof.profile.scores import Cell

ALL_ABILITIES = "all_abilities"


@dataclass(frozen=True)
class Contrast:
    """The AIS of some ablations, less the mean AIS of what each is compared with.

    Attributes:
        rows: (rows,), numbers of the ablations.
        weights: (rows, ablations), of each ablation's AIS in the contrast.
        parts: (rows,), the least number that makes a row's weights whole: how many are compared.
    """

    rows: Ints
    weights: Floats
    parts: Ints


def contrasts(cells: Sequence[Cell]) -> dict[str, Contrast]:
    """The contrasts of a benchmark's ablations.

    `ais`: every ablation against the intact model; `random`: an ability's mask against the mean
    of its random controls; `others`: against the mean of the other abilities' masks of the same
    selection and k. Ablations without any of these are not in them.
    """
    single: list[list[int]] = [[] for _ in cells]
    return {
        "ais": _contrast(range(len(cells)), single),
        "random": _against([_controls_of(cell, cells) for cell in cells]),
        "others": _against([_other_abilities(cell, cells) for cell in cells]),
    }


def _against(others: Sequence[Sequence[int]]) -> Contrast:
    return _contrast([number for number, own in enumerate(others) if own], others)


def _contrast(rows: Sequence[int], others: Sequence[Sequence[int]]) -> Contrast:
    weights = np.zeros((len(rows), len(others)))
    for place, number in enumerate(rows):
        weights[place, number] = 1.0
        if others[number]:
            weights[place, list(others[number])] = -1.0 / len(others[number])
    parts = np.array([max(1, len(others[number])) for number in rows], dtype=np.int64)
    return Contrast(np.array(rows, dtype=np.int64), weights, parts)


def _controls_of(cell: Cell, cells: Sequence[Cell]) -> list[int]:
    """Numbers of the random controls of a cell's own mask; none for a control itself."""
    return [
        number
        for number, other in enumerate(cells)
        if cell.seed is None
        and other.seed is not None
        and other.ability in (cell.ability, ALL_ABILITIES)
        and (other.selection, other.fraction) == (cell.selection, cell.fraction)
    ]


def _other_abilities(cell: Cell, cells: Sequence[Cell]) -> list[int]:
    """Numbers of the other abilities' masks of the same selection and k."""
    return [
        number
        for number, other in enumerate(cells)
        if cell.seed is None
        and other.seed is None
        and other.ability != cell.ability
        and (other.selection, other.fraction) == (cell.selection, cell.fraction)
    ]
