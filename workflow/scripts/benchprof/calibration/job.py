"""One job: the mask fraction of one model and selection, and the masks and controls at it."""

from __future__ import annotations

import logging
import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from benchprof import codebase
from benchprof.ablation import Ablation
from benchprof.calibration.choice import RULE, Candidate, ChosenMaskFraction, choose
from benchprof.calibration.drops import METRIC, WARNINGS, Drops, drops_of
from benchprof.files import write_csv, write_json, written_whole
from benchprof.profile.scores import Scores, mask_digests, read_scores
from benchprof.profile.source import Source

logger = logging.getLogger(__name__)


def calibrate_masks(
    model: str,
    selection: str,
    intact: Mapping[str, Path],
    sources: Sequence[Source],
    candidates: Mapping[Ablation, Path],
    targets: Mapping[Ablation, Path],
    choice: Path,
    table: Path,
) -> None:
    """Choose the mask fraction, write why, and put the masks and controls of that mask fraction
    under their calibrated names.

    Args:
        model: its name.
        selection: the rule that made the masks.
        intact: the intact model's record of each ability's calibration items.
        sources: the candidates' records; `benchmark` is the ability whose items were asked.
        candidates: the masks and controls.
        targets: where those of the chosen mask fraction go: copies, whose metadata hold the mask
        fraction.
        choice: the JSON file of the choice.
        table: the CSV file, a row per (k, ability).

    Raises:
        InputError: a record is damaged or does not belong to its mask, model or requests.
    """
    masks = mask_digests(candidates.values())
    scores = calibration_scores(model, intact, sources, masks)
    drops = [own for of_ability in scores.values() for own in drops_of(of_ability)]
    chosen = choose(drops)
    logger.info("mask fraction %s: %s", chosen.mask_fraction, chosen.reason)
    for own in drops:
        if own.mask_fraction == chosen.mask_fraction and own.warning:
            logger.warning("%s: %s", own.ability, WARNINGS[own.warning])
    copied = {own: candidates[replace(own, mask_fraction=chosen.mask_fraction)] for own in targets}
    for ablation, target in targets.items():
        # Not a link: it would share its modification time with the candidate, which would then
        # look newer than the records made with it.
        with written_whole(target) as temporary:
            shutil.copyfile(copied[ablation], temporary)
    digests = {own.ability: masks[path] for own, path in copied.items() if not own.is_control}
    write_json(choice, _described(model, selection, chosen, drops, scores, digests))
    names = {"model": model, "selection": selection}
    rows = [
        names
        | {
            "mask_fraction": own.mask_fraction,
            "chosen": own.mask_fraction == chosen.mask_fraction,
            "ability": own.ability,
        }
        | _row(own)
        for own in drops
    ]
    write_csv(table, pd.DataFrame(rows))


def calibration_scores(
    model: str, intact: Mapping[str, Path], sources: Sequence[Source], masks: Mapping[Path, str]
) -> dict[str, Scores]:
    """The scores of each ability's calibration items, by ability.

    Args:
        model, intact, sources: as of `calibrate_masks`.
        masks: the digest of each candidate's mask, by its file.

    Raises:
        InputError: a record is damaged or does not belong to its mask, model or requests.
    """
    return {
        ability: read_scores(
            model, ability, record, [s for s in sources if s.benchmark == ability], masks
        )
        for ability, record in intact.items()
    }


def _described(
    model: str,
    selection: str,
    chosen: ChosenMaskFraction,
    drops: Sequence[Drops],
    scores: Mapping[str, Scores],
    digests: Mapping[str, str],
) -> dict[str, Any]:
    """The choice as JSON; docs/reference/file_formats.md describes each field."""
    return {
        "model": model,
        "selection": selection,
        "mask_fraction": chosen.mask_fraction,
        "reason": chosen.reason,
        "rule": RULE,
        "metric": METRIC,
        "candidates": [_plain(_described_candidate(candidate)) for candidate in chosen.candidates],
        "abilities": {
            own.ability: _plain(_row(own)) | {"says": WARNINGS[own.warning]}
            for own in drops
            if own.mask_fraction == chosen.mask_fraction
        },
        "digests": {
            "model": next(iter(scores.values())).model_digest,
            "requests": {ability: own.requests_digest for ability, own in scores.items()},
            "masks": dict(digests),
            "code": codebase.digest_of("calibration.job"),
        },
    }


def _described_candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "mask_fraction": candidate.mask_fraction,
        "abilities": candidate.abilities,
        "own": candidate.own,
        "others": candidate.others,
        "random": candidate.random,
        "separation": candidate.separation,
        "separation_se": candidate.error,
    }


def _row(drops: Drops) -> dict[str, Any]:
    return {
        "n": drops.n,
        "intact": drops.intact,
        "guessing": drops.guessing,
        "p_guessing": drops.p_guessing,
        "counted": drops.counted,
        "own": drops.own,
        "others_mean": drops.others_mean,
        "others_max": drops.others_max,
        "random_mean": drops.random_mean,
        "own_se": drops.errors.own,
        "over_others_se": drops.errors.over_others,
        "over_random_se": drops.errors.over_random,
        "warning": drops.warning,
    }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """NaN, which JSON lacks, as null."""
    return {
        key: None if isinstance(value, float) and math.isnan(value) else value
        for key, value in row.items()
    }
