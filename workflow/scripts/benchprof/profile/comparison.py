"""Tables of how alike profiles are: of two models on a benchmark, of two benchmarks in a model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from benchprof.profile import reason
from benchprof.profile.criteria import CONFIDENCE
from benchprof.profile.key import ProfileKey, pairs_across
from benchprof.profile.measures import (
    MEASURES,
    Null,
    cosine,
    noise_null,
    pair_null,
    paired_noise,
    profile_similarity,
    symmetric_interval,
)
from benchprof.profile.reason import Reason
from benchprof.profile.resampling import Floats
from benchprof.profile.shown import profile_cells

COLUMNS = ["abilities", "similarity", "noise_low", "noise_median", "noise_high", "reason",
           "reason_code", "similarity_low", "similarity_high", "p_noise", "spearman",
           "spearman_p_noise", "cosine"]  # fmt: skip
NONE: Mapping[ProfileKey, Floats] = MappingProxyType({})


def similarity_rows(
    table: pd.DataFrame,
    across: str,
    seed: int,
    resampled: Mapping[ProfileKey, Floats] = NONE,
    noise: Mapping[ProfileKey, Floats] = NONE,
) -> pd.DataFrame:
    """Similarity of every two profiles that differ in one column alone, in the metric shown.

    Args:
        table: of all models and benchmarks.
        across: the column, `model` or `benchmark`.
        seed: of the noise.
        resampled: (resamples, abilities) of each defined profile; without it a similarity has no
            interval.
        noise: (draws, abilities) for profiles of right-or-wrong scores; others get normal noise.
    """
    profiles = profiles_of(table)
    shared = [name for name in ProfileKey._fields if name != across]
    rows = []
    for one, other in pairs_across(across, profiles):
        null = null_between(noise, one, other, len(profiles[one]), seed)
        found = compared(profiles[one], profiles[other], pair_of(resampled, one, other), null)
        names = [*one.without(across), getattr(one, across), getattr(other, across)]
        rows.append([*names, *found.values()])
    return pd.DataFrame(rows, columns=[*shared, f"{across}_a", f"{across}_b", *COLUMNS])


def profiles_of(table: pd.DataFrame) -> dict[ProfileKey, Floats]:
    """(abilities,), the AIS of each profile; NaN where undefined."""
    return {
        key: cells["ais"].to_numpy(dtype=np.float64) for key, cells in profile_cells(table).items()
    }


def compared(
    first: Floats,
    second: Floats,
    resampled: tuple[Floats, Floats] | None,
    null: Mapping[str, Null],
) -> dict[str, Any]:
    """The columns of one pair, `COLUMNS`.

    Args:
        first: (abilities,), one profile.
        second: (abilities,), the other.
        resampled: of each (resamples, abilities); None where a profile is undefined.
        null: what noise of the two shows, by measure.
    """
    row: dict[str, Any] = dict.fromkeys(COLUMNS, np.nan)
    undefined = _undefined(first, second)
    row |= {"abilities": len(first)} | undefined.columns
    if len(first) > 1:
        quantiles = null["similarity"].quantiles()
        row |= dict(zip(["noise_low", "noise_median", "noise_high"], quantiles, strict=True))
    if undefined.code:
        return row
    row["cosine"] = float(cosine(first, second))
    for name, measure in MEASURES.items():
        value = float(measure(first, second))
        p = "p_noise" if name == "similarity" else f"{name}_p_noise"
        row |= {name: value, p: null[name].share_from(value)}
    if resampled is not None:
        again = profile_similarity(*resampled)
        low, high = symmetric_interval(row["similarity"], again, CONFIDENCE)
        row |= {"similarity_low": max(0.0, low), "similarity_high": min(1.0, high)}
    return row


def null_between(
    noise: Mapping[ProfileKey, Floats],
    one: ProfileKey,
    other: ProfileKey,
    abilities: int,
    seed: int,
) -> Mapping[str, Null]:
    """What noise of two profiles shows, by measure; empty of a single ability.

    Args:
        noise: (draws, abilities) of the profiles that have noise of their own; of the others it is
            normal.
        one: the first profile.
        other: the second.
        abilities: how many.
        seed: of the normal noise.
    """
    if abilities < 2:
        return {}
    own = noise.get(one), noise.get(other)
    if own[0] is None and own[1] is None:
        return noise_null(abilities, seed)
    return pair_null(*paired_noise(*own, abilities, seed))


def pair_of(
    resampled: Mapping[ProfileKey, Floats], one: ProfileKey, other: ProfileKey
) -> tuple[Floats, Floats] | None:
    """Resampled profiles of a pair, (resamples, abilities) each; None where one is undefined.

    Two models see the same resamples of their common items. Two benchmarks have different items,
    but equal numbers of items would give them the same resamples. So the second benchmark's order
    of resamples is shifted by one, which undoes the pairs.
    """
    if one not in resampled or other not in resampled:
        return None
    first, second = resampled[one], resampled[other]
    return first, second if one.benchmark == other.benchmark else np.roll(second, 1, axis=0)


def _undefined(first: Floats, second: Floats) -> Reason:
    if np.isnan(first).any() or np.isnan(second).any():
        return Reason.of(reason.UNDEFINED_PROFILE)
    if len(first) == 1:
        return Reason.of(reason.ONE_ABILITY)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return Reason.of(reason.FLAT_PROFILE)
    return Reason.of("")
