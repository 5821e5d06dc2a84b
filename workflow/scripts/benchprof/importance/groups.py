"""Random groups of units, to be taken away a group at a time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import torch
from numpy.typing import NDArray

from benchprof.importance.scoring import Groups
from benchprof.sampling import derived_seed


def draw_groups(units: int, groups: Groups) -> NDArray[np.bool_]:
    """Which group holds which unit, of shape (groups, units).

    A group takes the units that the fewest groups before it hold, and among equals at random. So
    no unit is in two groups more than another, and none is forgotten while others are taken twice.
    More groups of the same seed and share begin with the same ones.

    Args:
        units: how many there are in scope, of all layers.
        groups: how many groups, the share of the units that each holds (rounded down, but one
            unit), and the seed.
    """
    size = max(1, int(Decimal(str(groups.share)) * units))
    random = np.random.default_rng(derived_seed(groups.seed, "knock_outs"))
    members = np.zeros((groups.number, units), dtype=np.bool_)
    times = np.zeros(units, dtype=np.int64)
    for group in members:
        group[np.lexsort((random.random(units), times))[:size]] = True
        times += group
    return members


def entries_of(group: NDArray[np.bool_], sizes: Mapping[str, int]) -> dict[str, torch.Tensor]:
    """The numbers of a group's units, ascending, by the projection that reads them.

    Args:
        group: of shape (units,), whether the group holds each.
        sizes: units of each projection, which follow one another in this order.
    """
    parts = torch.from_numpy(group).split(list(sizes.values()))
    found = {name: part.nonzero()[:, 0] for name, part in zip(sizes, parts, strict=True)}
    return {name: units for name, units in found.items() if len(units)}
