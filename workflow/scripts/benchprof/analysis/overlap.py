"""How far the masks of every two abilities overlap, beside what chance would give."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

import pandas as pd
import torch

from benchprof.models.mask import Entries

COLUMNS = ["ability_a", "ability_b", "shared", "jaccard", "chance"]


def overlap_table(masks: Mapping[str, Entries], sizes: Mapping[str, int]) -> pd.DataFrame:
    """A row per pair of abilities.

    Args:
        masks: the masked entries by ability.
        sizes: number of entries of every tensor in scope, by name.

    Returns:
        Entries `shared`; their `jaccard` index, the share of the entries of either mask that both
        hold; and the index that `chance` gives: that of the expected number of shared entries
        where each mask draws as many in each tensor at random.
    """
    rows = [(a, b, *overlap_of(masks[a], masks[b], sizes)) for a, b in combinations(masks, 2)]
    return pd.DataFrame(rows, columns=COLUMNS)


class Overlap(NamedTuple):
    """The entries that two masks share, their Jaccard index, and that which chance gives."""

    shared: int
    jaccard: float
    chance: float


def overlap_of(one: Entries, other: Entries, sizes: Mapping[str, int]) -> Overlap:
    """How far two masks overlap, as `overlap_table` has it; NaN of two empty masks."""
    union = mask_size(one) + mask_size(other)
    shared, expected = shared_entries(one, other), expected_shared(one, other, sizes)
    if not union:
        return Overlap(0, math.nan, math.nan)
    return Overlap(shared, shared / (union - shared), expected / (union - expected))


def mask_size(entries: Entries) -> int:
    """The number of entries."""
    return sum(map(len, entries.values()))


def shared_entries(one: Entries, other: Entries) -> int:
    """The number of entries that both hold."""
    return sum(
        int(torch.isin(indices, other[tensor], assume_unique=True).sum())
        for tensor, indices in one.items()
        if tensor in other
    )


def expected_shared(one: Entries, other: Entries, sizes: Mapping[str, int]) -> float:
    """The mean number of shared entries of two random masks with as many entries per tensor."""
    return sum(
        len(indices) * len(other[tensor]) / sizes[tensor]
        for tensor, indices in one.items()
        if tensor in other
    )
