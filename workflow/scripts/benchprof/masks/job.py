"""Two jobs: the masks of one selection for all abilities and k, and its random controls."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchprof import codebase
from benchprof.errors import InputError
from benchprof.importance.example import Example
from benchprof.importance.levels import activation_levels, digest_of_all
from benchprof.masks.control import (
    Strata,
    count_strata,
    draw_control,
    level_deciles,
    magnitude_deciles,
    mean_strata,
)
from benchprof.masks.mask import RANDOM, Mask, read_masks, write_mask
from benchprof.masks.selection import read_for, selected
from benchprof.masks.size import entry_count, whole_size
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model
from benchprof.models.preparation import check_content
from benchprof.models.units import WEIGHT, unit_projections
from benchprof.run.ablation import ALL_ABILITIES, BACKGROUND, Ablation
from benchprof.tensors import TensorFile

SAME = ("model", "unit", "scope", "layers", "score", "loss_on", "against", "replicated", "toward",
        "dtype", "code")  # fmt: skip
"""What importances that are compared must have in common, said or left out."""
logger = logging.getLogger(__name__)


def select_masks(
    folder: Path,
    settings: Mapping[str, Any],
    fraction_of: str,
    importances: Mapping[str, Path],
    background: Path | None,
    targets: Mapping[Ablation, Path],
) -> None:
    """Write the masks of one selection.

    Args:
        folder: the prepared model, for |θ|.
        settings: of the selection, as configured; the masks' metadata hold them.
        fraction_of: what k is a share of: model (all parameters) or scope.
        importances: each ability's importance file.
        background: the importance file that `specific` contrasts every ability with; None for
            the other abilities'.
        targets: where each mask goes, all of one selection.

    Raises:
        InputError: a mask would be empty or larger than the scope, or importances differ in
            what made them.
    """
    # In the order of the names: a sum over abilities must not depend on the configuration's.
    files = {ability: TensorFile(importances[ability]) for ability in sorted(importances)}
    if background is not None:
        files[BACKGROUND] = TensorFile(background)
    _check_same_origin(files)
    size = next(iter(files.values())).total_size
    unit = next(iter(files.values())).origin["unit"]
    whole = whole_size(folder, unit) if fraction_of == "model" else size
    (selection,) = {ablation.selection for ablation in targets}
    ks = list(dict.fromkeys(ablation.k for ablation in targets))
    counts = [entry_count(k, whole, unit) for k in ks]
    abilities = list(dict.fromkeys(ablation.ability for ablation in targets))
    for ability, masks in selected(selection, settings, files, counts, abilities):
        used = {name: files[name].origin for name in read_for(selection, ability, files)}
        for ablation in (own for own in targets if own.ability == ability):
            entries = masks[ks.index(ablation.k)]
            origin = {
                "ability": ability,
                "selection": selection,
                "unit": unit,
                "settings": dict(settings),
                "fraction": ablation.k,
                "fraction_of": fraction_of,
                "whole": whole,
                "importance": used,
                "code": codebase.digest_of("masks"),
            }
            write_mask(targets[ablation], Mask(entries, origin))
            logger.info("%s, %s: %d entries", ability, ablation.k, sum(map(len, entries.values())))


def draw_controls(
    folder: Path,
    dtype: str,
    scope: str,
    layers: Sequence[int] | None,
    masks: Mapping[Ablation, Path],
    targets: Mapping[Ablation, Path],
    unit: str = WEIGHT,
    examples: Sequence[Example] = (),
) -> None:
    """Write random controls of the masks of one selection.

    Args:
        folder: the prepared model, whose weights' magnitudes are matched.
        dtype: of the weights.
        scope: one of `models.anatomy.SCOPES`.
        layers: the first and the last decoder layer in scope; all if None.
        masks: the abilities' masks.
        targets: where each control goes; one of `all_abilities` is matched to the abilities' masks
            on average.
        unit: what the masks are made of: weight, neuron or head.
        examples: what units are read on, whose activations are matched; not of weights.
    """
    check_content(folder)
    model = load_model(folder, dtype, "cpu")
    read: dict[str, str] = {}
    if unit == WEIGHT:
        weights = scope_weights(model, scope, layers)
        deciles = {name: magnitude_deciles(weight) for name, weight in weights.items()}
    else:
        levels = activation_levels(model, unit_projections(model, unit, layers), examples)
        deciles = {name: level_deciles(own) for name, own in levels.items()}
        read = {"levels": codebase.digest_of("levels"), "examples": digest_of_all(examples)}
    strata: dict[Ablation, Strata] = {}
    digests_of: dict[Ablation, str] = {}
    for ablation, mask in read_masks(masks).items():
        strata[ablation] = count_strata(mask.entries, deciles)
        digests_of[ablation] = mask.digest
    for control, target in targets.items():
        assert control.seed is not None
        matched = [
            own
            for own in sorted(masks, key=lambda own: own.ability)
            if own.k == control.k and control.ability in (own.ability, ALL_ABILITIES)
        ]
        counts = mean_strata([strata[own] for own in matched])
        origin = {
            "ability": control.ability,
            "selection": RANDOM,
            "unit": unit,
            "seed": control.seed,
            "fraction": control.k,
            "matched_to": {own.ability: digests_of[own] for own in matched},
            "code": codebase.digest_of("masks"),
        } | read
        write_mask(target, Mask(draw_control(counts, deciles, control.seed), origin))
        logger.info("%s, seed %d, %s: drawn", control.ability, control.seed, control.k)


def _check_same_origin(files: Mapping[str, TensorFile]) -> None:
    """Importances are comparable only where model, scope, score and code are the same."""
    first = next(iter(files.values()))
    for file in files.values():
        for key in SAME:
            own, wanted = file.origin.get(key), first.origin.get(key)
            if own != wanted:
                found, expected = f"{key} is {own}", f"{wanted}, as in {first.path}"
                raise InputError(file.path, found, expected, "Delete it and run again.")
