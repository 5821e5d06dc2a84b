"""A configuration, and a page of a synthetic table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from tests.conftest import ROOT

from benchprof.configuration import Configuration
from benchprof.profile.comparison import similarity_rows
from benchprof.profile.findings import findings_rows
from benchprof.profile.software import COLUMNS as SOFTWARE
from benchprof.report.page import write_page
from benchprof.section import read_section

from .conftest import OWN

SETTINGS: dict[str, Any] = {
    "seed": 2026,
    "unit": "weight",
    "scope": "mlp",
    "importance": {"score": "taylor_abs", "loss_on": "answer", "limit": 64},
    "selections": {"contrastive": {"definition": "ratio", "pool": 5}},
    "mask_fractions": [0.001],
    "controls": {"random": {"seeds": [1, 2], "matched_to": "abilities_together"}},
    "layers": None,
    "calibration": None,
    "ablation": "zero",
    "profile": {
        "metric": "probability", "impact": "chance_corrected", "resamples": 10000,
        "confidence": 0.95,
    },
}  # fmt: skip


WHOLE = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
VERSIONS = [("benchprof", "0.9"), ("lm-eval", "0.4.9"), ("torch", "2.10.0"), ("torch", "2.9.1")]
"""Of packages whose versions the records name; transformers' they don't."""
KEYS = ["model", "benchmark", "selection", "mask_fraction"]


def configured(**changes: Any) -> Configuration:
    """A whole configuration with `SETTINGS`; `changes` replace sections."""
    return read_section(Configuration, WHOLE | SETTINGS | changes, "test")


def tables_of_methods(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables that the methods tell of, with plain numbers of right-or-wrong scores."""
    shown = table[table["headline"]]
    profiles = shown.drop_duplicates(KEYS)[[*KEYS, "metric", "n", "reason_code", "reason"]]
    return {
        "impact": table,
        "similarity": similarity_rows(table, "model", seed=1),
        "benchmark_similarity": similarity_rows(table, "benchmark", 1, {}),
        "reliability": profiles.assign(
            abilities=4, changed_items=31, split_half=0.5, reliability=2 / 3, split_low=0.25,
            split_high=0.75, **{"items_for_0.8": 120.0},
        ),
        "power": profiles.assign(
            base=0.5, sd=0.2, gained=0.1, design_effect=1.0, detectable_ais=np.inf,
            **{"items_for_ais_0.1": 643.0, "items_for_ais_0.2": 161.0},
        ),
        "software": pd.DataFrame(
            [(table["model"].iloc[0], *own, 8) for own in VERSIONS], columns=SOFTWARE
        ),
    }  # fmt: skip


def tables_of(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables of the profile stage: those that the AIS table decides, and plain numbers."""
    made = tables_of_methods(table)
    similarity = made["similarity"]
    pairs = similarity[["benchmark", "selection", "mask_fraction", "model_a", "model_b"]]
    shown = table[table["headline"]]
    return made | {
        "findings": findings_rows(table, 1, {}),
        "flips": shown[[*KEYS, "ability", "seed", "n"]].assign(
            metric="acc", intact_right=45, lost=17, gained=3
        ),
        "similarity": similarity.assign(
            similarity_low=similarity["similarity"] - 0.0625,
            similarity_high=similarity["similarity"],
        ),
        "model_differences": pairs.assign(
            ability="deductive_reasoning", metric="probability", difference=0.25,
            difference_low=0.125, difference_high=0.375, reason_code="", reason="",
        ),
    }  # fmt: skip


def write(target: Path, table: pd.DataFrame, card: Path, **changes: Any) -> None:
    """Write the page of a table; `changes` replace arguments of `write_page`."""
    sizes = target.parent / "sizes.json"
    sizes.write_text(
        json.dumps({"n": dict.fromkeys(table["mask_fraction_value"].unique(), 134515)})
    )
    models = list(table["model"].unique())
    arguments: dict[str, Any] = {
        "tables": tables_of(table),
        "held_out_test_of": OWN,
        "calibration_benchmarks": [],
        "config": configured(),
        "settings": SETTINGS,
        "models": dict.fromkeys(models, card),
        "sizes": dict.fromkeys(models, sizes),
        "figures": [],
        "super_sets": {},
    }
    write_page(target, **arguments | changes)
