"""How far masks and Ability Impact Scores are from what was planted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from benchprof.errors import InputError
from benchprof.profile.criteria import CLEAR_EFFECT, separates
from benchprof.profile.impact import base_of
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.shown import shown_masks
from benchprof.run.ablation import Ablation
from benchprof.validation.blocks import share_within

CELL = ["model", "benchmark", "ability"]
MASKS = ["model", "selection", "fraction"]
IDENTITY = ["model_digest", "requests_digest"]
STALE = (
    "A stale result was reused: delete results/ in this run's folder (`make validate` works in "
    "validation/NAME) and run again. If that does not help, delete store/ in the same folder too."
)


def truth_rows(scores: Scores, settings: ProfileSettings) -> pd.DataFrame:
    """A row per ability: the AIS that ablation of its whole block gives, `truth`.

    Args:
        scores: of the model intact and without each block.
        settings: how scores become AIS.
    """
    items = scores.metrics[settings.headline(scores)]
    means = items.mean(axis=1)
    base = float(base_of(means[0], scores.guessing.level, settings.impact))
    return pd.DataFrame(
        {
            "model": scores.model,
            "benchmark": scores.benchmark,
            "ability": [a.ability for a in scores.ablations],
            "truth": (means[0] - means[1:]) / base,
            "model_digest": scores.model_digest,
            "requests_digest": scores.requests_digest,
        }
    )


def recovered_cells(impact: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Each AIS of the abilities' masks in the metric shown, with its truth beside it.

    Args:
        impact: the AIS table.
        truth: of `truth_rows`, of all planted models.

    Raises:
        InputError: the two were measured on other weights or requests.
    """
    columns = [*MASKS, "benchmark", "ability", "ais", "ais_low", "ais_high", "n", "mask_digest"]
    cells = shown_masks(impact)[[*columns, *IDENTITY]].merge(
        truth, on=CELL, suffixes=("", "_truth"), validate="many_to_one"
    )
    for identity in IDENTITY:
        other = cells[cells[identity] != cells[f"{identity}_truth"]]
        if len(other):
            where = f"{other['model'].iloc[0]}, {other['benchmark'].iloc[0]}"
            raise InputError(
                where, f"the profile's {identity} is not that of the blocks' ablation",
                "the same model and the same requests for both",
                STALE,
            )  # fmt: skip
    return cells.drop(columns=[f"{identity}_truth" for identity in IDENTITY])


def mask_rows(
    model: str, masks: Mapping[Ablation, Path], blocks: Mapping[str, Path], forms: Path
) -> pd.DataFrame:
    """Precision and recall of every mask of a planted model's abilities, and its share of form.

    Args:
        model: its name.
        masks: the abilities' masks.
        blocks: the blocks' masks, by ability.
        forms: the mask of what writes alphabets.
    """
    rows = []
    for own, path in masks.items():
        block = blocks[own.ability]
        precision, recall = share_within(path, block), share_within(block, path)
        form_share = share_within(path, forms)
        rows.append((model, own.selection, own.k, own.ability, precision, recall, form_share))
    return pd.DataFrame(rows, columns=[*MASKS, "ability", "precision", "recall", "form_share"])


def recovery_rows(
    cells: pd.DataFrame,
    masks: pd.DataFrame,
    findings: pd.DataFrame,
    needed: Mapping[str, set[str]],
    own_benchmarks: Mapping[str, str],
) -> pd.DataFrame:
    """A row per planted model, selection and k.

    docs/reference/file_formats.md describes the columns.

    Args:
        cells: of `recovered_cells`, with the AIS that the mixture implies, `expected`.
        masks: of `mask_rows`.
        findings: the findings table.
        needed: the abilities that each benchmark's composition makes it depend on.
        own_benchmarks: the benchmark that is an ability's test split, by ability.
    """
    rows = []
    for key, own in cells.groupby(MASKS, sort=False):
        chosen = _of(masks, key)
        row: dict[str, Any] = dict(zip(MASKS, key, strict=True))
        row |= {
            "mask_precision": chosen["precision"].mean(),
            "mask_precision_min": chosen["precision"].min(),
            "mask_recall": chosen["recall"].mean(),
            "form_share": chosen["form_share"].mean(),
        }
        row |= drops(own, needed, own_benchmarks)
        row |= _errors(own)
        rows.append(row | _dependence(_of(findings, key), needed))
    return pd.DataFrame(rows)


def drops(
    cells: pd.DataFrame, needed: Mapping[str, set[str]], own_benchmarks: Mapping[str, str]
) -> dict[str, Any]:
    """What masks take off the abilities' own tests, and off others' tests that don't need them.

    `others_drop` is that of the worst mask: the mean size of what it adds or takes. `separable`
    says whether every mask takes at least half off its own test and none a tenth off the others'
    on average: else a profile is of no one ability.
    """
    tests = cells[cells["benchmark"].isin(list(own_benchmarks.values()))]
    is_own = tests["benchmark"] == tests["ability"].map(dict(own_benchmarks))
    needs = [
        ability in needed[benchmark]
        for benchmark, ability in zip(tests["benchmark"], tests["ability"], strict=True)
    ]
    own, others = tests[is_own], tests[~is_own & ~np.array(needs)]
    sides = others["ais"].abs().groupby(others["ability"]).mean()
    least = own["ais"].min(skipna=False)
    return {
        "undefined": int(cells["ais"].isna().sum()),
        "own_drop": own["ais"].mean(),
        "own_drop_min": least,
        "others_drop": sides.max(),
        "others_drop_max": others["ais"].abs().max(),
        "separable": separates(least, sides.max()),
    }


def _errors(cells: pd.DataFrame) -> dict[str, Any]:
    """RMSE, rank correlation and signs against the blocks; RMSE of the blocks against the mixture.

    Ranks are those of values to two decimals, as tables show them: the order of what is zero says
    nothing. `rank_correlation_exact` is that of the values as they are.
    """
    error = cells["ais"] - cells["truth"]
    clear = cells[cells["truth"].abs() > CLEAR_EFFECT]
    wrong = np.sign(clear["ais"]) != np.sign(clear["truth"])
    return {
        "cells": len(cells),
        "ais_rmse": _rms(error),
        "ais_error_max": error.abs().max(),
        "truth_rmse": _rms(cells["truth"] - cells["expected"]),
        "rank_correlation": float(
            spearmanr(cells["ais"].round(2), cells["truth"].round(2)).statistic
        ),
        "rank_correlation_exact": float(spearmanr(cells["ais"], cells["truth"]).statistic),
        "clear_cells": len(clear),
        "clear_negative_cells": int((clear["truth"] < 0).sum()),
        "sign_errors": float(wrong.sum()) if len(clear) else np.nan,
    }


def _rms(values: pd.Series) -> float:
    return float(np.sqrt((values**2).mean(skipna=False)))


def _dependence(findings: pd.DataFrame, needed: Mapping[str, set[str]]) -> dict[str, Any]:
    """How often a benchmark is said to need an ability, if it does not need it and if it does.

    NaN where no benchmark has such an ability. The abilities of a profile are those of its model:
    all that any composition names.
    """
    abilities = set().union(*needed.values())
    false = true = 0
    for benchmark, said in zip(findings["benchmark"], findings["needed"], strict=True):
        named = {ability for ability in str(said or "").split("; ") if ability in abilities}
        false += len(named - needed[benchmark])
        true += len(named & needed[benchmark])
    positives = sum(len(needed[benchmark]) for benchmark in findings["benchmark"])
    negatives = len(findings) * len(abilities) - positives
    return {
        "false_positives": false / negatives if negatives else np.nan,
        "found": true / positives if positives else np.nan,
        "independent_cells": negatives,
        "dependent_cells": positives,
    }


def _of(table: pd.DataFrame, key: object) -> pd.DataFrame:
    return table[table[MASKS].apply(tuple, axis=1) == key]
