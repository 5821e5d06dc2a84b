"""The rows of the AIS table that one model and one benchmark have."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchprof.profile import reason
from benchprof.profile.contrast import Contrasts, contrasts
from benchprof.profile.criteria import MIN_ITEMS, is_above_guessing
from benchprof.profile.impact import (
    Estimates,
    Impacts,
    above_guessing_p,
    measure_impacts,
)
from benchprof.profile.reason import Reason
from benchprof.profile.resampling import Floats, Ints
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.significance import (
    cluster_exchange_p,
    exchange_p,
    least_p,
    sign_flip_p,
    whole_sign_flip_p,
)
from benchprof.sampling import derived_seed

ESTIMATES = {
    "ais": ["ais", "ais_low", "ais_high"],
    "random": ["over_random", "over_random_low", "over_random_high"],
    "others": ["over_others", "over_others_low", "over_others_high"],
}
WITHOUT = {"random": reason.NO_CONTROLS, "others": reason.NO_OTHER_ABILITIES}


def impact_rows(scores: Scores, settings: ProfileSettings) -> tuple[pd.DataFrame, Impacts | None]:
    """A row per (ablation, metric), and the impacts in the metric shown, if they are defined.

    `headline` marks the metric shown. docs/reference/file_formats.md describes the columns.
    """
    headline = settings.headline(scores)
    compared = contrasts(scores.ablations, scores.masks)
    parts, shown = [], None
    for metric, items in scores.metrics.items():
        table = _without_impacts(scores, items)
        table.insert(6, "metric", metric)
        table.insert(7, "headline", metric == headline)
        if table["reason_code"].iloc[0] == "":
            binary = metric in scores.binary
            impacts = _measured(scores, metric, settings)
            drops = scores.units.sums(items[0] - items[1:])
            p = _p_values(compared, drops, binary, scores.units.clustered, settings)
            _add_impacts(table, compared, impacts.estimates(compared.weights), p)
            table["p_least"] = least_p(len(scores.units), None if binary else settings.resamples)
            shown = impacts if metric == headline else shown
        parts.append(table)
    return pd.concat(parts, ignore_index=True), shown


def _measured(scores: Scores, metric: str, settings: ProfileSettings) -> Impacts:
    seed = derived_seed(settings.seed, "bootstrap", scores.n)
    return measure_impacts(
        scores.metrics[metric], scores.guessing, scores.units, settings.impact,
        settings.resamples, settings.confidence, seed, metric in scores.binary,
    )  # fmt: skip


def _without_impacts(scores: Scores, items: Floats) -> pd.DataFrame:
    """The rows of one metric with what does not need an AIS, and the AIS columns empty."""
    # Alone: whether there is an AIS must not depend on the ablated models' scores.
    p, p_ablated = (
        above_guessing_p(conditions, scores.guessing, scores.units)
        for conditions in (items[:1], items[1:])
    )
    why = _undefined(scores, float(items[0].mean()), float(p[0]))
    columns = {
        "model": scores.model,
        "benchmark": scores.benchmark,
        "ability": [a.ability for a in scores.ablations],
        "selection": [a.selection for a in scores.ablations],
        "mask_fraction": [a.mask_fraction for a in scores.ablations],
        "seed": pd.array([a.seed for a in scores.ablations], dtype="Int64"),
        "n": scores.n,
        "clusters": pd.array([_clusters(scores)] * len(scores.ablations), dtype="Int64"),
        "guessing": scores.guessing.level,
        "intact": items[0].mean(),
        "ablated": items[1:].mean(axis=1),
        "p_guessing": p[0],
        "p_guessing_ablated": p_ablated,
    } | why.columns
    for contrast, names in ESTIMATES.items():
        columns |= dict.fromkeys([*names, f"p_{contrast}"], np.nan)
        if contrast in WITHOUT:
            columns[f"reason_{contrast}"] = [
                why.code or (reason.IS_CONTROL if a.is_control else WITHOUT[contrast])
                for a in scores.ablations
            ]
    columns |= {
        "p_least": np.nan,
        "model_digest": scores.model_digest,
        "mask_digest": list(scores.masks),
        "requests_digest": scores.requests_digest,
    }
    return pd.DataFrame(columns)


def _undefined(scores: Scores, intact: float, p: float) -> Reason:
    """Why a benchmark has no AIS; empty where it has."""
    if scores.n < MIN_ITEMS:
        return reason.too_few_items(scores.n, MIN_ITEMS)
    if not is_above_guessing(p):
        return reason.not_above_guessing(intact, scores.guessing.level, p, scores.n)
    return Reason.of("")


def _clusters(scores: Scores) -> int | None:
    return len(scores.units) if scores.units.clustered else None


def _add_impacts(table: pd.DataFrame, compared: Contrasts, effects: Estimates, p: Floats) -> None:
    """Fill the columns of estimates and p-values."""
    for name, columns in ESTIMATES.items():
        of_name = compared.names == name
        rows = compared.ablations[of_name]
        for column, values in zip(columns, (effects.value, effects.low, effects.high), strict=True):
            table.loc[rows, column] = values[of_name]
        table.loc[rows, f"p_{name}"] = p[of_name]
        if name in WITHOUT:
            table.loc[rows, f"reason_{name}"] = ""


def _exchange_p_values(compared: Contrasts, drops: Ints, clustered: bool) -> Floats:
    """(rows,): p-values of the rows with several others; 0 for all other rows.

    Args:
        compared: what is tested.
        drops: (ablations, units), what each item, or each cluster in all, lost.
        clustered: whether units are clusters.
    """
    p = np.zeros(len(compared.averaged_count))
    if clustered:
        for row in np.flatnonzero(compared.averaged_count > 1):
            own = compared.ablations[row]
            others = np.flatnonzero(compared.weights[[row]].toarray()[0] < 0)
            p[row] = cluster_exchange_p(drops[[own, *others]])
        return p
    for others in np.unique(compared.averaged_count[compared.averaged_count > 1]):
        rows = np.flatnonzero(compared.averaged_count == others)
        changed = (compared.weights[rows] != 0).astype(np.int64) @ drops
        lost = drops[compared.ablations[rows]].sum(axis=1)
        p[rows] = exchange_p(changed, lost, int(others) + 1)
    return p


def _p_values(
    compared: Contrasts, drops: Floats, binary: bool, clustered: bool, settings: ProfileSettings
) -> Floats:
    """(rows,): exact where scores are right or wrong, by random signs where they are continuous.

    Args:
        compared: what is tested.
        drops: (ablations, units), what each unit lost.
        binary: whether scores are right or wrong.
        clustered: whether units are clusters.
        settings: resamples and seed.
    """
    if binary:
        differences = (compared.weights @ drops) * compared.averaged_count[:, None]
        flips = np.array([whole_sign_flip_p(row) for row in np.rint(differences).astype(np.int64)])
        exchanged = _exchange_p_values(compared, np.rint(drops).astype(np.int64), clustered)
        return np.asarray(np.maximum(flips, exchanged))
    seed = derived_seed(settings.seed, "sign_flip", drops.shape[1])
    return sign_flip_p(drops, compared.weights, settings.resamples, seed)
