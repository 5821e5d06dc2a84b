"""One job: the masks that each half of the train items makes alone."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from benchprof import digests
from benchprof.abilities.item import read_items
from benchprof.ablation import Ablation
from benchprof.importance.items import TrainItems, content_of
from benchprof.importance.job import compute_importance, examples_and_origins
from benchprof.importance.scoring import Scoring
from benchprof.masks.job import select_masks
from benchprof.masks.origin import selected_origin
from benchprof.masks.rule import Selection
from benchprof.masks.stored import key_of
from benchprof.models.mask import read_mask
from benchprof.models.scope import WEIGHT
from benchprof.replication.halves import Halves, split
from benchprof.store import Kind, Store

logger = logging.getLogger(__name__)

HALF_MASKS = Kind("half_masks", ".safetensors", key_of)


def halves_of(train: TrainItems) -> dict[str, Halves]:
    """Ids of two disjoint halves of the train items that a run uses, by ability.

    Args:
        train: the items; their seed is that of the halves too.

    Raises:
        InputError: an ability has fewer than two items.
    """
    return {
        name: split({item.id: content_of(item) for item in train.used(name)}, train.seed, name)
        for name in train.files
    }


def score_items(
    scoring: Scoring,
    items: Mapping[str, Path],
    kept: Mapping[str, Collection[str]],
    folder: Path,
    store: Store,
    used_by: Path,
) -> dict[str, Path]:
    """Write the importance of every ability by some of its items alone, in a folder.

    Of units it comes from the attributions in the run's store. Of weights it is in no store but
    the folder's own: it is as large as the run's, and nobody asks for it again.

    Args:
        scoring: how weights are scored.
        items: each ability's file of train items.
        kept: each ability's ids of the items that count.
        folder: of the files.
        store: the run's.
        used_by: the results that the store notes to use attributions.
    """
    importances = {name: folder / f"{name}.safetensors" for name in items}
    compute_importance(
        scoring,
        _some_of(items, kept),
        importances,
        store=Store(folder / "store") if scoring.scope.unit == WEIGHT else store,
        used_by=used_by,
    )
    return importances


def select_from(
    folder: Path,
    importances: Mapping[str, Path],
    rule: Selection,
    targets: Mapping[Ablation, Path],
    super_set: Path | None,
) -> None:
    """Write the masks of one selection as a run would from these importance files.

    Of few items, nothing may score above zero. Such a mask is empty, and shares nothing with
    another: that the items lead to no mask is a result, and no reason to stop.

    Args:
        folder: the prepared model.
        importances: by ability.
        rule: of the selection.
        targets: where each mask goes.
        super_set: the run's, if a selection leaves it out: what the model needs to read at all
            does not depend on the items.
    """
    select_masks(
        folder=folder,
        rule=rule,
        importances=importances,
        targets=targets,
        super_set=super_set if rule.without_super else None,
        may_be_empty=True,
    )


def select_half_masks(
    scoring: Scoring,
    train: TrainItems,
    rules: Mapping[str, Selection],
    targets: Mapping[Ablation, Path],
    store: Store,
    super_set: Path | None = None,
) -> None:
    """Write the masks of two disjoint halves of the train items, computing what the store lacks.

    Each half goes through the importance and mask stages as all items do. Its importance files are
    removed once its masks are drawn: they would take twice the room of the run's own.

    Args:
        scoring: how weights are scored.
        train: the items; their seed is that of the halves too.
        rules: by selection.
        targets: where each mask goes; halves are 1 and 2.
        store: the store.
        super_set: as of `select_from`.

    Raises:
        InputError: an ability has fewer than two items.
    """
    halves = halves_of(train)
    kept = {half: {name: own[half - 1] for name, own in halves.items()} for half in (1, 2)}
    parts = {half: _some_of(train.files, own) for half, own in kept.items()}
    keys = _keys(scoring, parts, targets, rules, super_set)
    folder = Path(os.path.commonpath(targets.values()))
    lacking = store.lacking(folder / "halves", HALF_MASKS, keys.values())
    missing = [own for own in targets if keys[own] in lacking]
    folder.mkdir(parents=True, exist_ok=True)
    for half in sorted({own.half for own in missing if own.half}):
        with tempfile.TemporaryDirectory(dir=folder, prefix=".half.") as name:
            importances = score_items(
                scoring, train.files, kept[half], Path(name), store, folder / f"half-{half}"
            )
            for selection, rule in rules.items():
                wanted = [o for o in missing if (o.selection, o.half) == (selection, half)]
                made = {own: Path(name, f"{own.name}.mask") for own in wanted}
                if made:
                    select_from(scoring.model.folder, importances, rule, made, super_set)
                for own, path in made.items():
                    store.add_bytes(HALF_MASKS, keys[own], path.read_bytes())
    for own, target in targets.items():
        store.place(HALF_MASKS, keys[own], target)
    logger.info("%d reused, %d computed", len(targets) - len(missing), len(missing))


def _keys(
    scoring: Scoring,
    parts: Mapping[int, TrainItems],
    targets: Collection[Ablation],
    rules: Mapping[str, Selection],
    super_set: Path | None,
) -> dict[Ablation, str]:
    """The store's key of each half's mask; `parts` are the train items of each half."""
    origins = {half: examples_and_origins(scoring, own)[1] for half, own in parts.items()}
    left_out = None if super_set is None else read_mask(super_set).digest
    return {
        own: digests.of_value(
            selected_origin(own, origins[own.half or 0], rules[own.selection], left_out)
        )
        for own in targets
    }


def _some_of(items: Mapping[str, Path], kept: Mapping[str, Collection[str]]) -> TrainItems:
    """The train items of these files, by ability, of which only these ids count."""
    others = {
        name: {item.id for item in read_items(path)} - set(kept[name])
        for name, path in items.items()
    }
    return TrainItems(items, seed=0, exclude=others)
