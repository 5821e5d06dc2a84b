"""What the profile of a benchmark says, as numbers and as a sentence made from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchprof.profile import reason
from benchprof.profile.comparison import CONFIDENCE, KEYS, Key, profile_cells
from benchprof.profile.impact import SIGNIFICANCE
from benchprof.profile.resampling import Floats
from benchprof.profile.similarity import effective_number, noise_null, symmetric_interval

NUMBERS = ["effective", "effective_low", "effective_high", "noise_low", "noise_median",
           "noise_high", "p_noise"]  # fmt: skip


def findings_rows(table: pd.DataFrame, seed: int, resampled: Mapping[Key, Floats]) -> pd.DataFrame:
    """A row per profile in the metric shown.

    Args:
        table: the AIS table of all models and benchmarks, with q-values and flags.
        seed: of the noise.
        resampled: (resamples, abilities) of each defined profile.
    """
    rows = []
    for key, cells in profile_cells(table).items():
        row = dict(zip(KEYS, key, strict=True)) | {
            "metric": cells["metric"].iloc[0],
            "n": cells["n"].iloc[0],
            "abilities": len(cells),
        }
        row |= _breadth(cells, resampled.get(key), seed)
        row |= {
            "needed": _named(needed(cells)),
            "hindering": _named(hindering(cells)),
            "broken": int((cells["flag_code"] == reason.ABLATED_MODEL_BROKEN).sum()),
        }
        rows.append(row | {"summary": _sentence(row, cells)})
    return pd.DataFrame(rows)


def needed(cells: pd.DataFrame) -> pd.DataFrame:
    """The abilities without which more is lost than under random and under others' masks.

    Both significant: what either causes as well is no effect of the ability. Largest AIS first.
    """
    specific = cells[
        (cells["q_random"] < SIGNIFICANCE)
        & (cells["over_random"] > 0)
        & (cells["q_others"] < SIGNIFICANCE)
        & (cells["over_others"] > 0)
    ]
    return specific.sort_values("ais", ascending=False, kind="stable")


def hindering(cells: pd.DataFrame) -> pd.DataFrame:
    """The abilities without which the model does significantly better; most negative AIS first."""
    better = cells[(cells["q_ais"] < SIGNIFICANCE) & (cells["ais"] < 0)]
    return better.sort_values("ais", kind="stable")


def _breadth(cells: pd.DataFrame, resampled: Floats | None, seed: int) -> dict[str, Any]:
    """Effective number of abilities with interval and noise, or why there is none."""
    row: dict[str, Any] = dict.fromkeys(NUMBERS, np.nan)
    profile = cells["ais"].to_numpy(dtype=np.float64)
    if cells["reason_code"].iloc[0]:
        code, sentence = cells["reason_code"].iloc[0], cells["reason"].iloc[0]
        return row | {"reason_code": code, "reason": sentence}
    if np.ptp(profile) == 0:
        code = reason.FLAT_PROFILE
        return row | {"reason_code": code, "reason": reason.SENTENCES[code]}
    value = float(effective_number(profile))
    null = noise_null(len(profile), seed)["effective_number"]
    row |= {"effective": value, "p_noise": null.share_to(value)}
    row |= dict(zip(["noise_low", "noise_median", "noise_high"], null.quantiles(), strict=True))
    if resampled is not None:
        low, high = symmetric_interval(value, effective_number(resampled), CONFIDENCE)
        row |= {"effective_low": max(1.0, low), "effective_high": min(len(profile) - 1.0, high)}
    return row | {"reason_code": "", "reason": ""}


def _named(cells: pd.DataFrame) -> str:
    return "; ".join(cells["ability"])


def _sentence(row: Mapping[str, Any], cells: pd.DataFrame) -> str:
    """One sentence; every number in it is the row's or the cells'."""
    start = (
        f"{row['benchmark']} in {row['model']} ({row['selection']} masks, k = {row['fraction']}, "
        f"{row['metric']}, {row['n']} items)"
    )
    if row["reason_code"] not in ("", reason.FLAT_PROFILE):
        return f"{start} has no profile: {row['reason']}."
    specific, better = needed(cells), hindering(cells)
    parts = [
        f"loses more without {_with_intervals(specific)} than under random masks and under the "
        "other abilities' masks"
        if len(specific)
        else "has no ability that stands out against random masks and the other abilities' masks"
    ]
    if len(better):
        parts.append(f"does better without {_with_intervals(better)}")
    if row["reason_code"] == "":
        parts.append(_breadth_in_words(row))
    if row["broken"]:
        parts.append(f"{row['broken']} of {row['abilities']} ablated models are broken as a whole")
    return f"{start} {'; '.join(parts)}."


def _breadth_in_words(row: Mapping[str, Any]) -> str:
    interval = ""
    if np.isfinite(row["effective_low"]):
        interval = f"{row['effective_low']:.1f} to {row['effective_high']:.1f}; "
    return (
        f"its effective number of abilities is {row['effective']:.1f} of {row['abilities']} "
        f"({interval}noise has {row['noise_low']:.1f} to {row['noise_high']:.1f})"
    )


def _with_intervals(cells: pd.DataFrame) -> str:
    return ", ".join(
        f"{str(cell['ability']).replace('_', ' ')} (AIS {cell['ais']:.2f}, "
        f"{cell['ais_low']:.2f} to {cell['ais_high']:.2f})"
        for cell in cells.to_dict("records")
    )
