"""What a validation must reach, and whether it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

Bounds = Mapping[str, tuple[float, float]]
BOUNDS: Bounds = {
    "undefined": (0, 0),
    "mask_precision": (0.80, 1),
    "format_share": (0, 0.10),
    "own_drop": (0.95, 1.25),
    "own_drop_min": (0.80, 1.25),
    "others_drop": (0, 0.03),
    "ais_rmse": (0, 0.03),
    "sign_errors": (0, 0),
    "false_positives": (0, 0.05),
    # Of a benchmark that needs all ten abilities alike none stands out.
    "found": (0.65, 1),
}
"""By column of the recovery table, the least and the most."""
ENTANGLED: Bounds = {"undefined": (0, 0), "selective": (0, 0)}
"""Of a model whose abilities have no place, a profile must be of no one ability."""


def judge(recovery: pd.DataFrame) -> tuple[str, bool]:
    """A line for each bound, those that fail last, and whether all hold.

    What was not measured is NaN, which no bound allows.

    Args:
        recovery: the rows of all models.
    """
    judged = [
        _judged(row, name, *bounds)
        for row in recovery.to_dict("records")
        for name, bounds in (BOUNDS if row["planted"] else ENTANGLED).items()
    ]
    failed = sum(not holds for _, holds in judged)
    end = f"{failed} of {len(judged)} bounds fail" if failed else f"all {len(judged)} bounds hold"
    lines = [line for line, _ in sorted(judged, key=lambda own: not own[1])]
    return "\n".join([*lines, end]) + "\n", not failed


def _judged(row: Mapping[Any, Any], name: str, least: float, most: float) -> tuple[str, bool]:
    found = float(row[name])
    holds = least <= found <= most
    what = f"{row['model']}, {row['selection']}, mask fraction {row['mask_fraction']}: {name}"
    mark = "holds" if holds else "FAILS"
    return f"{mark} {what}: {found:.3f}, {least} to {most}", holds
