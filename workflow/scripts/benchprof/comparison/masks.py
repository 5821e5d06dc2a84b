"""Every combination's masks, made as the stages of a run make them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchprof import data
from benchprof.comparison.combination import Combination
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.example import Example
from benchprof.importance.job import compute_importance
from benchprof.masks.job import Classes, control_classes, draw_controls
from benchprof.masks.mask import Mask, read_masks
from benchprof.masks.super_job import find_super
from benchprof.models.scope import WEIGHT
from benchprof.replication.masks import select_from
from benchprof.run.ablation import Ablation
from benchprof.store import Store

logger = logging.getLogger(__name__)


def make_masks(
    combinations: Sequence[Combination],
    model: ModelSettings,
    examples: Mapping[Path | None, Sequence[Example]],
    folder: Path,
    store: Store,
) -> dict[str, Mask]:
    """Write the masks and random masks of all combinations; by `Combination.named`.

    Args:
        combinations: the combinations.
        model: the prepared model.
        examples: what tells how active units are, by `Combination.background`.
        folder: each combination's lie in a folder of its name.
        store: has what takes long.

    Raises:
        InputError: as the jobs of importance and masks raise it.
    """
    masks: dict[str, Mask] = {}
    # Once for all combinations that share them: it takes as long as a mask's answers.
    classes: dict[object, Classes] = {}
    for own in combinations:
        logger.info("masks of %s", own.name)
        place = folder / own.name
        scores = {name: place / "importance" / f"{name}.safetensors" for name in own.train.files}
        compute_importance(own.scoring, own.train, scores, store)
        left_out = _super_set(own, model, place, scores, store)
        made = {mask: _file(place, mask) for mask in own.masks}
        select_from(model.folder, scores, own.rule, own.fraction_of, made, left_out)
        if own.controls:
            of_weights = own.scoring.scope.unit == WEIGHT
            kind = own.scoring.scope if of_weights else ("units", own.background)
            if kind not in classes:
                read = examples[own.background]
                classes[kind] = control_classes(model, own.scoring.scope, read)
            controls = {mask: _file(place, mask) for mask in own.controls}
            draw_controls(classes[kind], made, controls, left_out)
            made |= controls
        masks |= {own.named(name): mask for name, mask in read_masks(made).items()}
    return masks


def _file(folder: Path, mask: Ablation) -> Path:
    return folder / "masks" / f"{mask.name}.safetensors"


def _super_set(
    own: Combination, model: ModelSettings, folder: Path, scores: Mapping[str, Path], store: Store
) -> Path | None:
    """The super set of a combination that leaves it out; None of others."""
    if not own.rule.without_super:
        return None
    of_abilities = {ability: scores[ability] for ability in own.abilities}
    target, table = folder / "super.safetensors", folder / "super.csv"
    find_super(model, of_abilities, data.NEUTRAL_TEXT, target, table, store)
    return target
