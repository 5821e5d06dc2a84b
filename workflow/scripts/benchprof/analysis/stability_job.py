"""One job: the importance and mask stages on two halves of the items, and how far they agree."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import pandas as pd

from benchprof.ablation import Ablation
from benchprof.analysis.drawing import Drawing
from benchprof.analysis.stability import COLUMNS, stability_rows
from benchprof.analysis.stability_curve import draw_stability
from benchprof.importance.items import TrainItems
from benchprof.importance.scoring import Scoring
from benchprof.masks.rule import Selection
from benchprof.models.architecture import architecture_of
from benchprof.models.mask import Entries, read_mask
from benchprof.models.units import entry_counts
from benchprof.replication.halves import shares
from benchprof.replication.masks import halves_of, score_items, select_from
from benchprof.store import Store


def measure_stability(
    scoring: Scoring,
    train: TrainItems,
    rules: Mapping[str, Selection],
    mask_fractions: Sequence[str],
    drawing: Drawing,
    store: Store,
    super_set: Path | None = None,
) -> None:
    """Write how far the masks of two disjoint halves of the items agree, over the items' number.

    Each half at each size goes through the importance and mask stages as all items do, so that
    every score and selection is measured as it is used. The importance of all abilities for one
    half is kept in a temporary folder next to the table.

    Args:
        scoring: how weights are scored.
        train: the items; their seed is that of the halves too.
        rules: by selection.
        mask_fractions: each mask fraction.
        drawing: a table as `stability_rows` says.
        store: the run's, which keeps the attributions of units.
        super_set: as of `select_from`.

    Raises:
        InputError: an ability has fewer than two items.
    """
    halves = halves_of(train)
    sizes = entry_counts(architecture_of(scoring.model.folder), scoring.scope)
    csv = drawing.csv

    def masks_of(half: int, share: int) -> dict[Ablation, Entries]:
        kept = {name: own[half][: len(own[half]) // share] for name, own in halves.items()}
        with tempfile.TemporaryDirectory(dir=csv.parent, prefix=".stability.") as folder:
            used_by = csv.with_suffix("") / f"{half}-{share}"
            importances = score_items(scoring, train.files, kept, Path(folder), store, used_by)
            return _selected(scoring, importances, rules, mask_fractions, super_set)

    csv.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for share in shares(list(halves.values())):
        first, second = masks_of(0, share), masks_of(1, share)
        numbers = {name: len(own[0]) // share for name, own in halves.items()}
        rows += stability_rows(first, second, numbers, sizes)
    drawing.write(pd.DataFrame(rows, columns=COLUMNS), draw_stability)


def _selected(
    scoring: Scoring,
    importances: Mapping[str, Path],
    rules: Mapping[str, Selection],
    mask_fractions: Sequence[str],
    super_set: Path | None,
) -> dict[Ablation, Entries]:
    """The masks of every selection, mask fraction and ability, in memory."""
    folder = next(iter(importances.values())).parent
    masks: dict[Ablation, Entries] = {}
    for selection, rule in rules.items():
        every = [
            Ablation(a, selection, mask_fraction)
            for a, mask_fraction in product(importances, mask_fractions)
        ]
        targets = {own: folder / f"{own.name}.mask" for own in every}
        select_from(scoring.model.folder, importances, rule, targets, super_set)
        for own, path in targets.items():
            # Copies: a file that is still mapped keeps a shared file system's folder from removal.
            masks[own] = {name: part.clone() for name, part in read_mask(path).entries.items()}
    return masks
