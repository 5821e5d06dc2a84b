"""Settings as configured, and a page of a synthetic table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from benchprof.profile.table import similarity_rows
from benchprof.report.page import write_page

from .conftest import OWN

SETTINGS: dict[str, Any] = {
    "seed": 2026,
    "scope": "mlp",
    "importance": {"score": "taylor_abs", "loss_on": "answer", "limit": 64},
    "selections": {"specific": {"definition": "ratio", "pool": 5}},
    "fractions": [0.001],
    "controls": {"random": {"seeds": [1, 2], "matched_to": "abilities_together"}},
    "layers": None,
    "calibration": None,
    "fraction_of": "model",
    "ablation": "zero",
    "ablation_of": "mask",
    "profile": {
        "metric": "probability", "impact": "chance_corrected", "resamples": 10000,
        "confidence": 0.95,
    },
}  # fmt: skip


def write(target: Path, table: pd.DataFrame, card: Path, **changes: Any) -> None:
    """Write the page of a table; `changes` replace arguments of `write_page`."""
    sizes = target.parent / "sizes.json"
    sizes.write_text(json.dumps({"n": dict.fromkeys(table["k"].unique(), 134515)}))
    models = list(table["model"].unique())
    arguments: dict[str, Any] = {
        "impact": table,
        "similarity": similarity_rows(table, seed=1),
        "own_benchmarks": OWN,
        "settings": SETTINGS,
        "models": dict.fromkeys(models, card),
        "sizes": dict.fromkeys(models, sizes),
        "figures": [],
    }
    write_page(target, **arguments | changes)
