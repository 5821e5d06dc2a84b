"""One job: the importance and mask stages on two halves of the items, and how far they agree."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchprof.analysis.job import tensor_sizes, write_table
from benchprof.analysis.stability import COLUMNS, Key, stability_rows
from benchprof.analysis.stability_curve import draw_stability
from benchprof.masks.job import BACKGROUND
from benchprof.masks.mask import read_mask
from benchprof.masks.threshold import Entries
from benchprof.replication.halves import shares
from benchprof.replication.masks import Compute, Select, halves_of, score_items, select_from


def measure_stability(
    compute: Compute,
    select: Select,
    items: Mapping[str, Path],
    exclude: Mapping[str, Collection[str]],
    limit: int | None,
    seed: int,
    selections: Mapping[str, Mapping[str, Any]],
    fractions: Sequence[str],
    title: str,
    csv: Path,
    figures: Sequence[Path],
) -> None:
    """Write how far the masks of two disjoint halves of the items agree, over the items' number.

    Each half at each size goes through the importance and mask stages as all items do, so that
    every score and selection is measured as it is used. Beside the targets stands, until it is
    done with, the importance of all abilities for one half.

    Args:
        compute: `compute_importance` with the model and what the score depends on.
        select: `select_masks` with the model and what k is a share of.
        items: each ability's file of train items, and the background's where there is one.
        exclude: each one's ids of items that are left out.
        limit: items of each that the run uses at most.
        seed: of that sample, and of the halves.
        selections: settings by selection, as configured.
        fractions: each k.
        title: of the figure.
        csv: the table, as `stability_rows` says.
        figures: PNG and SVG.

    Raises:
        InputError: an ability has fewer than two items.
    """
    halves = halves_of(items, exclude, limit, seed)

    def masks_of(half: int, share: int) -> tuple[dict[Key, Entries], dict[str, int]]:
        kept = {name: own[half][: len(own[half]) // share] for name, own in halves.items()}
        with tempfile.TemporaryDirectory(dir=csv.parent, prefix=".stability.") as folder:
            importances = score_items(compute, items, kept, Path(folder))
            sizes = tensor_sizes(next(iter(importances.values())))
            return _selected(select, importances, selections, fractions, Path(folder)), sizes

    csv.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for share in shares(list(halves.values())):
        first, sizes = masks_of(0, share)
        second, _ = masks_of(1, share)
        numbers = {name: len(own[0]) // share for name, own in halves.items()}
        rows += stability_rows(first, second, numbers, sizes)
    table = pd.DataFrame(rows, columns=COLUMNS)
    write_table(csv, table)
    draw_stability(table, title, figures)


def _selected(
    select: Select,
    importances: Mapping[str, Path],
    selections: Mapping[str, Mapping[str, Any]],
    fractions: Sequence[str],
    folder: Path,
) -> dict[Key, Entries]:
    """The masks of every selection, k and ability, in memory."""
    abilities = [name for name in importances if name != BACKGROUND]
    masks: dict[Key, Entries] = {}
    for selection, settings in selections.items():
        targets = {(a, k): folder / f"{a}_{k}" for a in abilities for k in fractions}
        select_from(select, importances, selection, settings, targets)
        for (ability, fraction), path in targets.items():
            # Copies: a file that is still mapped keeps a shared file system's folder from removal.
            entries = {name: own.clone() for name, own in read_mask(path).entries.items()}
            masks[selection, fraction, ability] = entries
    return masks
