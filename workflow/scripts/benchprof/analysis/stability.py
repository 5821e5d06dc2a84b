"""Stability: how far the masks of two disjoint halves of the diagnostic items agree."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean

from benchprof.ablation import Ablation
from benchprof.analysis.overlap import mask_size, overlap_of
from benchprof.models.mask import Entries

COLUMNS = ["selection", "mask_fraction", "ability", "items", "entries", "jaccard", "chance"]


def stability_rows(
    first: Mapping[Ablation, Entries],
    second: Mapping[Ablation, Entries],
    items: Mapping[str, int],
    sizes: Mapping[str, int],
) -> list[tuple[str | int | float, ...]]:
    """Rows of `COLUMNS` for masks made from equally many items of either half.

    Args:
        first: the masked entries that one half's items lead to.
        second: the other half's, of the same masks.
        items: number of items of a half by ability.
        sizes: number of entries of every tensor in scope, by name.

    Returns:
        The number of `entries` of a mask, as a mean of the two; their `jaccard` index, the share of
        the entries of either that both hold; and that of two masks with as many entries in each
        tensor drawn by `chance`.
    """
    rows: list[tuple[str | int | float, ...]] = []
    for mask, one in first.items():
        found = overlap_of(one, second[mask], sizes)
        entries = mean((mask_size(one), mask_size(second[mask])))
        named = (mask.selection, mask.mask_fraction, mask.ability, items[mask.ability])
        rows.append((*named, entries, found.jaccard, found.chance))
    return rows
