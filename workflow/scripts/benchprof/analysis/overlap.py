"""How far the masks of every two abilities overlap, beside what chance would give."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pandas as pd
import torch

from benchprof.masks.threshold import Entries

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
    rows = []
    for a, b in combinations(masks, 2):
        union = mask_size(masks[a]) + mask_size(masks[b])
        shared = shared_entries(masks[a], masks[b])
        expected = expected_shared(masks[a], masks[b], sizes)
        rows.append((a, b, shared, shared / (union - shared), expected / (union - expected)))
    return pd.DataFrame(rows, columns=COLUMNS)


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
