"""Two jobs: the masks of one selection for all abilities and mask fractions, and its random
controls.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from benchprof import codebase
from benchprof.ablation import ALL_ABILITIES, Ablation
from benchprof.errors import InputError
from benchprof.importance.example import Example
from benchprof.importance.levels import digest_of_all
from benchprof.importance.stored_levels import stored_levels
from benchprof.masks.control import (
    count_strata,
    draw_control,
    leave_out,
    level_deciles,
    magnitude_deciles,
    mean_strata,
)
from benchprof.masks.origin import control_origin, selected_origin
from benchprof.masks.remaining import Remaining, in_whole
from benchprof.masks.rule import Selection
from benchprof.masks.selection import selected
from benchprof.masks.shares import check_comparable
from benchprof.masks.size import entry_count, whole_size
from benchprof.models.allocation import keep_freed_memory
from benchprof.models.card import check_content
from benchprof.models.loading import load_model
from benchprof.models.mask import Entries, Mask, read_mask, read_masks, write_mask
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.models.units import scored_weights
from benchprof.store import Store
from benchprof.tensors import TensorFile

NOTHING = Mask({}, {})
logger = logging.getLogger(__name__)


def select_masks(
    folder: Path,
    rule: Selection,
    importances: Mapping[str, Path],
    targets: Mapping[Ablation, Path],
    super_set: Path | None = None,
    may_be_empty: bool = False,
) -> None:
    """Write the masks of one selection.

    A mask holds the n entries that its mask fraction asks for (`n_requested` in its metadata), or
    fewer where fewer are above zero, as `threshold.above_zero` says.

    Args:
        folder: the prepared model, for |θ|.
        rule: of the selection; the masks' metadata hold its settings.
        importances: each ability's importance file.
        targets: where each mask goes, all of one selection.
        super_set: the mask of the entries that are left out of every mask, as if they were not in
            scope; the mask fraction is a share of all nevertheless. None to leave out nothing.
        may_be_empty: whether a mask in which nothing scores above zero is written as it is.

    Raises:
        InputError: a mask would be empty, which it may not be, or larger than the scope, or
            importances differ in what made them.
    """
    # Copies of a tensor come and go by the hundred.
    keep_freed_memory(torch.device("cpu"))
    left_out = NOTHING if super_set is None else read_mask(super_set)
    without = None if super_set is None else left_out.digest
    files = _opened(importances, left_out.entries)
    _check_made_alike(files, super_set, left_out)
    unit = next(iter(files.values())).origin["unit"]
    whole = whole_size(folder, unit)
    (selection,) = {ablation.selection for ablation in targets}
    mask_fractions = list(dict.fromkeys(ablation.mask_fraction for ablation in targets))
    counts = {
        mask_fraction: entry_count(mask_fraction, whole, unit) for mask_fraction in mask_fractions
    }
    abilities = list(dict.fromkeys(ablation.ability for ablation in targets))
    origins = {name: file.origin for name, file in files.items()}
    for ability, masks in selected(selection, rule, files, [*counts.values()], abilities):
        for ablation in (own for own in targets if own.ability == ability):
            entries = in_whole(
                masks[mask_fractions.index(ablation.mask_fraction)], left_out.entries
            )
            origin = selected_origin(ablation, origins, rule, without)
            origin |= {"unit": unit, "whole": whole, "n_requested": counts[ablation.mask_fraction]}
            mask = Mask(entries, origin)
            if not (mask.size or may_be_empty):
                raise _nothing_above_zero(ablation, unit)
            write_mask(targets[ablation], mask)
            logger.info(
                "%s, %s: %d of %d entries",
                ability,
                ablation.mask_fraction,
                mask.size,
                origin["n_requested"],
            )


@dataclass(frozen=True)
class Classes:
    """What random controls are matched in.

    Attributes:
        deciles: class of each entry in scope, or of each unit, uint8, flat, by tensor name.
        read: what decides them beside the model; nothing for weights, whose magnitudes decide.
    """

    deciles: dict[str, torch.Tensor]
    read: dict[str, str]


def weight_classes(prepared: PreparedModel, scope: Scope) -> Classes:
    """The deciles of the magnitudes of a model's weights, which is loaded on the CPU for them."""
    check_content(prepared.folder)
    model = load_model(PreparedModel(prepared.folder, prepared.dtype))
    weights = scored_weights(model, scope)
    return Classes({name: magnitude_deciles(own) for name, own in weights.items()}, {})


def unit_classes(
    prepared: PreparedModel, examples: Sequence[Example], folder: Path, store: Store
) -> Classes:
    """The deciles of the activations of a model's units, as `stored_levels` has them."""
    levels = stored_levels(prepared, examples, folder, store)
    read = {"levels": codebase.digest_of("importance.levels"), "examples": digest_of_all(examples)}
    return Classes({name: level_deciles(own) for name, own in levels.items()}, read)


def draw_controls(
    classes: Classes,
    masks: Mapping[Ablation, Path],
    targets: Mapping[Ablation, Path],
    super_set: Path | None = None,
) -> None:
    """Write random controls of the masks of one selection.

    Args:
        classes: what they are matched in.
        masks: the abilities' masks.
        targets: where each control goes; one of `all_abilities` is matched to the abilities' masks
            on average, also in its size.
        super_set: the mask of the entries that are in no control, as in none of the masks; None
            for none.
    """
    left_out = NOTHING if super_set is None else read_mask(super_set)
    deciles = leave_out(classes.deciles, left_out.entries)
    read = read_masks(masks)
    strata = {own: count_strata(mask.entries, deciles) for own, mask in read.items()}
    for control, target in targets.items():
        assert control.seed is not None
        matched = [
            ablation
            for ablation in sorted(masks, key=lambda own: own.ability)
            if ablation.mask_fraction == control.mask_fraction
            and control.ability in (ablation.ability, ALL_ABILITIES)
        ]
        counts = mean_strata([strata[own] for own in matched])
        origin = control_origin(control, left_out.digest if super_set else None) | {
            "unit": read[matched[0]].unit,
            "matched_to": {own.ability: read[own].digest for own in matched},
            **classes.read,
        }
        write_mask(target, Mask(draw_control(counts, deciles, control.seed), origin))
        logger.info("%s, seed %d, %s: drawn", control.ability, control.seed, control.mask_fraction)


def _nothing_above_zero(ablation: Ablation, unit: str) -> InputError:
    """The error for an empty mask: ablating nothing would look like an ability without effect."""
    every = " for every ability" if ablation.selection == "core" else ""
    return InputError(
        f"mask {ablation.name}",
        f"no {unit} that scores above zero{every}",
        f"one {unit} or more, whose ablation should hurt",
        "Take more items or another score, or leave the ability or the selection out; what is "
        "computed stays in the store.",
    )


def _check_made_alike(
    files: Mapping[str, TensorFile], super_set: Path | None, left_out: Mask
) -> None:
    """Stop where importances, or one and what the super set was made of, differ in how."""
    made = {file.path: file.origin for file in files.values()}
    if super_set is not None:
        made[super_set] = next(iter(left_out.origin["importance"].values()))
    check_comparable(made)


def _opened(importances: Mapping[str, Path], left_out: Entries) -> dict[str, TensorFile]:
    """Each ability's importance without what is left out."""
    # In the order of the names: a sum over abilities must not depend on the configuration's.
    paths = {ability: importances[ability] for ability in sorted(importances)}
    return {name: Remaining(path, left_out) for name, path in paths.items()}
