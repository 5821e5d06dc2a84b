"""What a validation must reach, and the verdict on whether it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Any

import pandas as pd

from benchprof.profile.criteria import LEAST_EFFECT
from benchprof.run.ablation import CALIBRATED
from benchprof.run.configuration.validation import MostErrors, Thresholds

LEAST = ("mask_precision", "own_drop", "own_drop_min", "rank_correlation", "found")
MOST = ("others_drop", "ais_rmse", "truth_rmse", "sign_errors", "false_positives")
BETWEEN = ("form_share",)


@dataclass(frozen=True)
class Judgement:
    """One threshold: what was found, what is demanded, and whether it holds."""

    what: str
    found: float
    demanded: str
    holds: bool

    def __str__(self) -> str:
        mark = "holds" if self.holds else "FAILS"
        return f"{mark:6} {self.what}: {self.found:.3f}, {self.demanded}"


@dataclass(frozen=True)
class Measured:
    """Tables of a validation, and what the planted models' acceptance files say.

    `acceptance` is by model and ability, which checks it passes.
    """

    recovery: pd.DataFrame
    coverage: pd.DataFrame
    similarity: pd.DataFrame
    acceptance: Mapping[str, Mapping[str, Mapping[str, bool]]]


def judge(
    measured: Measured,
    planted: Sequence[str],
    entangled: Sequence[str],
    view: tuple[str, str],
    thresholds: Thresholds,
    thresholds_of: Mapping[str, MostErrors] = MappingProxyType({}),
) -> list[Judgement]:
    """Every threshold on every model under one selection and k; what is missing fails.

    Args:
        measured: tables and acceptance.
        planted: the models with blocks, of which two or more are compared.
        entangled: the models without.
        view: selection and fraction.
        thresholds: as configured; what has none is not demanded.
        thresholds_of: those that are a model's own, by model.
    """
    recovery, similarity = _under(measured.recovery, view), _under(measured.similarity, view)
    judgements: list[Judgement] = []
    for model in [*planted, *entangled]:
        own = thresholds_of.get(model, MostErrors())
        bounds = thresholds.model_copy(update=own.model_dump(exclude_unset=True))
        rows = recovery[recovery["model"] == model].to_dict("records")
        judgements += _at_least(f"{model}: rows of the recovery table", len(rows), 1)
        judgements += _at_most(f"{model}: undefined AIS", _first(rows, "undefined"), 0)
        if model in entangled:
            judgements += _at_most(f"{model}: separable", _first(rows, "separable"), 0)
        else:
            judgements += _of_planted(model, measured, rows, view, bounds)
    if thresholds.similarity_error is None:
        return judgements
    for one, other in combinations(planted, 2):
        # In the order of the AIS table, which may be the other one.
        pair = similarity[similarity[["model_a", "model_b"]].isin([one, other]).all(axis=1)]
        error = (pair["similarity"] - pair["truth"]).abs().mean(skipna=False)
        what = f"{one} and {other}: error of the profiles' similarity"
        judgements += _at_most(what, error, thresholds.similarity_error)
    return judgements


def _of_planted(
    model: str,
    measured: Measured,
    rows: Sequence[Mapping[Any, Any]],
    view: tuple[str, str],
    bounds: Thresholds,
) -> Iterator[Judgement]:
    """Of one model with blocks, whose rows of the recovery table are given, what is demanded."""
    if bounds.accepted is not None:
        passed = sum(all(checks.values()) for checks in measured.acceptance.get(model, {}).values())
        yield from _at_least(f"{model}: abilities accepted", passed, bounds.accepted)
    if bounds.own_drop_min is not None and bounds.others_drop is not None:
        yield from _at_least(f"{model}: separable", _first(rows, "separable"), 1)
    for names, judged in ((LEAST, _at_least), (MOST, _at_most), (BETWEEN, _between)):
        for name in names:
            if (bound := getattr(bounds, name)) is not None:
                yield from judged(f"{model}: {name}", _first(rows, name), bound)
    if bounds.calibrated_rmse is not None:
        by_k = measured.recovery.query("model == @model and selection == @view[0]")
        yield from _of_calibration(model, by_k, bounds.calibrated_rmse)
    if bounds.coverage is not None:
        own = measured.coverage[measured.coverage["model"] == model]
        yield from _of_coverage(model, own, bounds.coverage, bounds.null_missed_by)


def _of_coverage(
    model: str, own: pd.DataFrame, coverage: Sequence[float], null_missed_by: float | None
) -> Iterator[Judgement]:
    """Intervals of effects are judged by how often they hold the truth, other ones by how far off.

    If an ablation changes one item in some hundred, most draws of a benchmark have none of these
    items, and a bootstrap of the drawn items cannot know of them.
    """
    effect = own["pool_ais"].abs() >= LEAST_EFFECT
    share = own.loc[effect, "held"].sum() / max(1, own.loc[effect, "draws"].sum())
    what = f"{model}: coverage of the intervals where |AIS| >= {LEAST_EFFECT}"
    yield from _between(what, share, coverage)
    yield from _at_most(f"{model}: intervals without bounds", own["unbounded"].sum(), 0)
    if null_missed_by is None:
        return
    farthest = own.loc[~effect, "missed_by"].max()
    what = f"{model}: farthest miss of an interval elsewhere"
    yield from _at_most(what, farthest, null_missed_by)


def _of_calibration(model: str, by_k: pd.DataFrame, bound: float) -> list[Judgement]:
    """How much worse the AIS at the calibrated k are than at the best of all k."""
    calibrated = by_k.loc[by_k["fraction"] == CALIBRATED, "ais_rmse"].tolist()
    excess = calibrated[0] - by_k["ais_rmse"].min(skipna=False) if calibrated else float("nan")
    return _at_most(f"{model}: ais_rmse at the calibrated k beyond that at the best", excess, bound)


def _at_least(what: str, found: float, bound: float) -> list[Judgement]:
    return [Judgement(what, float(found), f"at least {bound}", bool(found >= bound))]


def _at_most(what: str, found: float, bound: float) -> list[Judgement]:
    return [Judgement(what, float(found), f"at most {bound}", bool(found <= bound))]


def _between(what: str, found: float, bounds: Sequence[float]) -> list[Judgement]:
    low, high = bounds
    return [Judgement(what, float(found), f"between {low} and {high}", bool(low <= found <= high))]


def _first(rows: Sequence[Mapping[Any, Any]], name: str) -> float:
    """Not a number, which no bound allows, where nothing was measured."""
    return float(rows[0][name]) if rows else float("nan")


def _under(table: pd.DataFrame, view: tuple[str, str]) -> pd.DataFrame:
    return table[(table["selection"] == view[0]) & (table["fraction"] == view[1])]


def verdict_text(judgements: Sequence[Judgement]) -> str:
    """A line for each threshold, those that fail last."""
    ordered = sorted(judgements, key=lambda judgement: not judgement.holds)
    failed = sum(not judgement.holds for judgement in judgements)
    end = f"all {len(judgements)} thresholds hold"
    if failed:
        end = f"{failed} of {len(judgements)} thresholds fail"
    return "\n".join([*map(str, ordered), end]) + "\n"
