"""What needs the whole AIS table: on-target effects, mask fraction and broken models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import combine_pvalues

from benchprof.profile import reason
from benchprof.profile.criteria import BROKEN_FROM, KEPT_AT_GUESSING, SIGNIFICANCE
from benchprof.profile.shown import shown_masks
from benchprof.profile.source import Source

LEAST_P = float(np.finfo(np.float64).tiny)
"""In place of a p of 0, which has no logarithm."""
ABLATION = ["model", "ability", "selection", "mask_fraction", "seed"]


def add_on_target_effect(table: pd.DataFrame, held_out_test_of: Mapping[str, str]) -> pd.DataFrame:
    """Add `on_target_effect`, the ability's own AIS on its test split under the same mask, and
    `reason_on_target`.

    In the held-out test's headline metric, whatever metric a row is of: benchmarks of free
    generation have metrics that no ability's test has. Controls have none. Where all but the mask
    was ablated there is none either: a mask that keeps its held-out test is no weak one. The reason
    why there is none is that of the held-out test where this has no AIS.

    Args:
        table: of all models and benchmarks.
        held_out_test_of: the benchmark that is an ability's test split, by ability.
    """
    shown = shown_masks(table)
    on_target_rows = shown[shown["benchmark"] == shown["ability"].map(held_out_test_of)]
    columns = {"ais": "on_target_effect", "reason_code": "reason_on_target"}
    on_target_effects = on_target_rows[[*ABLATION, *columns]].rename(columns=columns)
    table = table.merge(on_target_effects, on=ABLATION, how="left", validate="many_to_one")
    missing = np.where(table["seed"].notna(), reason.IS_CONTROL, reason.NO_HELD_OUT_TEST)
    table["reason_on_target"] = table["reason_on_target"].where(
        table["reason_on_target"].notna(), missing
    )
    return table


def add_of_masks(
    table: pd.DataFrame, name: str, values: Mapping[Source, Any], after: str
) -> pd.DataFrame:
    """Add a column of what the masks' metadata say, such as `mask_fraction_value`.

    Args:
        table: of all models and benchmarks.
        name: of the column.
        values: what each mask says, by where it was used.
        after: the column that it follows.
    """
    masks = {source: source.ablation for source in values}
    value_of = {
        (s.model, a.ability, a.selection, a.mask_fraction, a.seed): values[s]
        for s, a in masks.items()
    }
    seeds = table["seed"].astype(object).where(table["seed"].notna(), None)
    keys = zip(*(table[column] for column in ABLATION[:-1]), seeds, strict=True)
    table = table.copy()
    table.insert(list(table.columns).index(after) + 1, name, [value_of[key] for key in keys])
    return table


def add_flag(table: pd.DataFrame) -> pd.DataFrame:
    """Add `flag_code` and `flag`, which mark ablated models that are broken as a whole.

    A model is broken where it is not significantly above guessing, in the metric shown, on the
    benchmarks on which the intact model is, if there are `BROKEN_FROM` or more of them. Their
    p-values are combined by Fisher's method. Tested one by one, a model that knows nothing would
    often be above guessing on one of many. A model that lost nothing is never broken: each of its
    p-values is that of the intact model, below `SIGNIFICANCE`.
    Its AIS stand: they are what was measured, and a reader may want to see them.
    """
    shown = table[table["headline"] & (table["reason_code"] == "")]
    # Abilities may share a mask, as those of `core` do.
    shown = shown.drop_duplicates(["model", "benchmark", "mask_digest"])
    ablated_model_keys = [shown["model"], shown["mask_digest"]]
    guessed = shown["guessing"] > 0
    p_values = shown["p_guessing_ablated"].where(guessed)
    together = p_values.groupby(ablated_model_keys).transform(_combined)
    above = (together < SIGNIFICANCE).where(
        guessed, shown["ablated"] > KEPT_AT_GUESSING * shown["intact"]
    )
    by_model = above.groupby(ablated_model_keys).agg(["any", "size"])
    broken = {*by_model.index[~by_model["any"] & (by_model["size"] >= BROKEN_FROM)]}
    ablated = zip(table["model"], table["mask_digest"], strict=True)
    codes = [reason.ABLATED_MODEL_BROKEN if model in broken else "" for model in ablated]
    return table.assign(flag_code=codes, flag=[reason.SENTENCES[code] for code in codes])


def _combined(p_values: pd.Series) -> float:
    """Fisher's combination of independent p-values; 1 without any."""
    known = p_values.dropna()
    return float(combine_pvalues(known.clip(lower=LEAST_P)).pvalue) if len(known) else 1.0
