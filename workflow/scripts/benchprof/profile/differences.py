"""By how much the AIS of an ability differs between two models on a benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from benchprof.profile import reason
from benchprof.profile.impact import Impacts
from benchprof.profile.reason import Reason
from benchprof.profile.resampling import Floats
from benchprof.profile.scores import Scores

COLUMNS = ["benchmark", "ability", "selection", "mask_fraction", "metric", "model_a", "model_b",
           "difference", "difference_low", "difference_high", "reason_code", "reason"]  # fmt: skip


def difference_rows(
    scores: Mapping[str, Scores], impacts: Mapping[str, Impacts | None], metric: str
) -> list[dict[str, Any]]:
    """A row per (ability's mask, pair of models) of one benchmark.

    Args:
        scores: by model.
        impacts: by model, in the metric shown; None where the benchmark has no AIS.
        metric: its name.
    """
    rows = []
    for first, second in combinations(scores, 2):
        numbers = [n for own in scores[first].profiles.values() for n in own]
        differences = _differences(impacts[first], impacts[second], numbers)
        for place, number in enumerate(numbers):
            ablation = scores[first].ablations[number]
            rows.append(
                dict.fromkeys(COLUMNS, np.nan)
                | {"benchmark": scores[first].benchmark, "ability": ablation.ability,
                   "selection": ablation.selection, "mask_fraction": ablation.mask_fraction,
                   "metric": metric,
                   "model_a": first, "model_b": second}
                | _columns(differences, place)
            )  # fmt: skip
    return rows


def model_differences(first: Impacts, second: Impacts, numbers: list[int]) -> Floats:
    """AIS of the first model less that of the second: value and bounds, (3, numbers).

    Both models see the same resamples of their common items. A resample in which neither model is
    above guessing sets no bound on either side.

    Args:
        first: of one model.
        second: of the other, with the same ablations and resamples.
        numbers: the ablations.
    """
    value = first.drops[numbers] / first.base - second.drops[numbers] / second.base
    # The pseudo-items of equal resamples would cancel: the second model's are moved by one.
    with np.errstate(invalid="ignore"):
        resampled = first.resampled_ais(numbers) - second.resampled_ais(numbers, moved=1)
    last = resampled.shape[1] - 1
    tail = first.tail
    low = np.sort(np.where(np.isnan(resampled), -np.inf, resampled), axis=1)
    high = np.sort(np.where(np.isnan(resampled), np.inf, resampled), axis=1)
    return np.stack(
        [value, low[:, int(np.floor(tail * last))], high[:, int(np.ceil((1 - tail) * last))]]
    )


def _differences(
    first: Impacts | None, second: Impacts | None, numbers: list[int]
) -> Floats | None:
    if first is None or second is None:
        return None
    return model_differences(first, second, numbers)


def _columns(differences: Floats | None, place: int) -> dict[str, Any]:
    if differences is None:
        return Reason.of(reason.UNDEFINED_PROFILE).columns
    names = ("difference", "difference_low", "difference_high")
    return dict(zip(names, differences[:, place].tolist(), strict=True)) | Reason.of("").columns
