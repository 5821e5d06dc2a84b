"""Masks in the store, by all that decides them: their importance may be gone, or elsewhere."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors import safe_open

from benchprof import digests
from benchprof.ablation import Ablation
from benchprof.errors import InputError
from benchprof.masks import super_job
from benchprof.masks.job import select_masks
from benchprof.masks.origin import read_for, selected_origin
from benchprof.masks.rule import Selection
from benchprof.models.mask import read_mask
from benchprof.origin import read_origin
from benchprof.store import Kind, Store

DECIDED_BY = ("ability", "selection", "settings", "mask_fraction", "importance", "code",
              "super")  # fmt: skip


def key_of(entry: Path) -> str:
    """The key of what a mask of the store is, which is compared with its digest."""
    return key_of_origin(read_mask(entry).origin)


def key_of_origin(origin: Mapping[str, Any]) -> str:
    """The key of what a mask's metadata say that made it."""
    return digests.of_value({name: origin[name] for name in DECIDED_BY if name in origin})


MASKS = Kind("masks", ".safetensors", key_of)


def select_stored(
    folder: Path,
    rule: Selection,
    importances: Mapping[str, Path],
    targets: Mapping[Ablation, Path],
    store: Store,
    super_set: Path | None = None,
) -> None:
    """Write the masks of one selection as `select_masks` does, selecting what the store lacks.

    Of importance that no mask is selected from, the files may hold the origin alone.

    Raises:
        InputError: as `select_masks` raises it, or a mask is selected from such a file.
    """
    origins = {name: read_origin(path) for name, path in importances.items()}
    left_out = None if super_set is None else read_mask(super_set).digest
    keys = _keys(targets, origins, rule, left_out)
    lacking = store.lacking(_place_of(targets), MASKS, keys.values())
    missing = [ablation for ablation in targets if keys[ablation] in lacking]
    if missing:
        read = {
            name for own in missing for name in read_for(own.selection, own.ability, importances)
        }
        _check_scores([importances[name] for name in sorted(read)])
        with tempfile.TemporaryDirectory(prefix="masks.") as name:
            made = {ablation: Path(name, f"{ablation.name}{MASKS.suffix}") for ablation in missing}
            select_masks(
                folder=folder,
                rule=rule,
                importances={own: path for own, path in importances.items() if own in read},
                targets=made,
                super_set=super_set,
            )
            for ablation, path in made.items():
                store.add_bytes(MASKS, keys[ablation], path.read_bytes())
    for ablation, target in targets.items():
        store.place(MASKS, keys[ablation], target)


def _check_scores(importances: Sequence[Path]) -> None:
    """Stop where a file holds the origin alone: when it was written, no mask needed its scores."""
    for path in importances:
        with safe_open(path, "pt") as file:
            if not file.keys():
                found, expected = "scores that were dropped", "a file with scores"
                raise InputError(path, found, expected, "Delete it and run again.")


def needed_for(
    targets: Collection[Ablation],
    origins: Mapping[str, Any],
    rules: Mapping[str, Selection],
    folder: Path,
    text: Path,
    store: Store,
) -> set[str]:
    """Whose scores are read to make the masks, and the super set, that the store lacks.

    Args:
        targets: every mask of a run's model.
        origins: of every ability's importance.
        rules: by selection.
        folder: the prepared model.
        text: the neutral text, by which the super set is found.
        store: the run's.
    """
    left_out = None
    if any(rule.without_super for rule in rules.values()):
        left_out = _stored_super(origins, folder, text, store)
        if left_out is None:
            return {*origins}
    read: set[str] = set()
    for selection, rule in rules.items():
        wanted = [target for target in targets if target.selection == selection]
        keys = _keys(wanted, origins, rule, left_out)
        for ablation, key in keys.items():
            if not store.has(MASKS, key):
                read |= {*read_for(selection, ablation.ability, origins)}
    return read


def _keys(
    targets: Collection[Ablation],
    origins: Mapping[str, Any],
    rule: Selection,
    left_out: str | None,
) -> dict[Ablation, str]:
    return {own: digests.of_value(selected_origin(own, origins, rule, left_out)) for own in targets}


def _place_of(targets: Mapping[Ablation, Path]) -> Path:
    """The path that stands for the job in the store's notes: one for each model and selection."""
    own, path = next(iter(targets.items()))
    return path.parents[1] / own.selection


def _stored_super(origins: Mapping[str, Any], folder: Path, text: Path, store: Store) -> str | None:
    """The digest of the super set that these importances lead to; None where it is not stored."""
    own = {name: origins[name] for name in sorted(origins)}
    key = digests.of_value(super_job.origin_of(own, super_job.neutral_example(folder, text)))
    if not store.has(super_job.SUPER_SETS, key):
        return None
    return read_mask(store.path(super_job.SUPER_SETS, key)).digest
