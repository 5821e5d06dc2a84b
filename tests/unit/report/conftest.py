"""Synthetic AIS tables with the columns of the real one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.profile.correction import add_corrected
from benchprof.profile.reason import SENTENCES
from benchprof.profile.table import add_on_target_effect
from benchprof.report.matrix import Matrix, matrix_of

ABILITIES = [
    "analogical_reasoning",
    "commonsense_causal_reasoning",
    "contextual_recall",
    "deductive_reasoning",
    "inductive_reasoning",
    "long_term_knowledge_recall",
    "quantitative_reasoning",
    "semantic_relationship_comprehension",
    "spatial_reasoning",
    "temporal_reasoning",
]
OWN = {ability: f"{ability}_test" for ability in ABILITIES}
OTHERS = [
    "arc_challenge",
    "hellaswag",
    "winogrande",
    "boolq",
    "openbookqa",
    "gsm8k",
]
MODEL = "smollm2-135m-instruct"
REASON = "the intact score 0.260 is not significantly above guessing, 0.250 (p = 0.40, n = 60)"

Table = Callable[..., pd.DataFrame]


def row(
    ais: float,
    *,
    model: str = "tiny",
    benchmark: str = "arc_challenge",
    ability: str = "deductive_reasoning",
    seed: int | None = None,
    metric: str = "probability",
    low: float | None = None,
    high: float | None = None,
    p: float = 0.5,
    reason: str = "",
    controlled: bool = True,
    flag: str = "",
    without_format: str = "",
) -> dict[str, Any]:
    """One row; intact 0.75 and guessing 0.25, so that the drop above guessing equals `ais`."""
    tested = seed is None and not reason
    return {
        "model": model, "benchmark": benchmark, "ability": ability, "selection": "contrastive",
        "mask_fraction": "0.001", "mask_fraction_value": "0.001",
        "mask_size": 134515, "seed": seed, "metric": metric,
        "headline": metric == "probability",
        "n": 60, "guessing": 0.25, "intact": 0.75, "ablated": 0.75 - 0.5 * ais,
        "p_guessing": 0.4 if reason else 1e-6, "reason": reason,
        "reason_code": "not_above_guessing" if reason else "",
        "flag_code": flag, "flag": SENTENCES[flag],
        "p_ais": p if tested else np.nan,
        "ais": np.nan if reason else ais,
        "ais_low": np.nan if reason else ais - 0.1 if low is None else low,
        "ais_high": np.nan if reason else ais + 0.1 if high is None else high,
        "over_random": ais - 0.02 if tested and controlled else np.nan,
        "over_random_low": ais - 0.12 if tested and controlled else np.nan,
        "over_random_high": ais + 0.08 if tested and controlled else np.nan,
        "p_random": p if tested and controlled else np.nan,
        "over_others": ais - 0.03 if tested else np.nan,
        "over_others_low": ais - 0.13 if tested else np.nan,
        "over_others_high": ais + 0.07 if tested else np.nan,
        "p_others": p if tested else np.nan,
        "format_unit": "" if without_format else "nats",
        "format_intact": np.nan if without_format else -1.5,
        "format_change": np.nan if without_format else -0.25,
        "format_change_low": np.nan if without_format else -0.75,
        "format_change_high": np.nan if without_format else 0.125, "format_change_random": np.nan,
        "reason_format": without_format,
        "clusters": None, "p_least": np.nan if reason else 1e-4,
        "model_digest": "a" * 64, "mask_digest": ability.ljust(64, "0"),
        "requests_digest": "c" * 64,
    }  # fmt: skip


def finished(rows: list[dict[str, Any]], own: dict[str, str] = OWN) -> pd.DataFrame:
    """Rows with the columns that the profile stage adds to the whole table."""
    table = pd.DataFrame(rows)
    table["seed"] = table["seed"].astype("Int64")
    return add_on_target_effect(add_corrected(table), own)


def matrix(table: pd.DataFrame, model: str = MODEL) -> Matrix:
    """What a figure of a model shows of a table that `finished` made."""
    return matrix_of(table, model, "contrastive", "0.001", OWN)


@pytest.fixture
def make_table() -> Table:
    """A table of held-out tests (diagonal near 1) and, past ten, real benchmarks."""

    def make(
        benchmarks: int = 10,
        abilities: int = 10,
        models: tuple[str, ...] = (MODEL,),
        seeds: tuple[int, ...] = (1, 2),
        undefined: tuple[int, ...] = (),
        unbounded: tuple[int, ...] = (),
        reason: str = REASON,
    ) -> pd.DataFrame:
        random = np.random.default_rng(7)
        names = [*OWN.values(), *OTHERS][:benchmarks]
        rows = []
        for model in models:
            for place, benchmark in enumerate(names):
                why = reason if place in undefined else ""
                for metric in ("probability", "acc"):
                    for ability in ABILITIES[:abilities]:
                        mean = 0.9 if OWN[ability] == benchmark else 0.1
                        value = mean + 0.2 * random.standard_normal()
                        rows.append(
                            row(value, model=model, benchmark=benchmark, ability=ability,
                                metric=metric, p=0.001 if value > 0.4 else 0.6, reason=why,
                                high=np.inf if place in unbounded else None)
                        )  # fmt: skip
                    rows += [
                        row(0.02 * seed, model=model, benchmark=benchmark, metric=metric,
                            ability="all_abilities", seed=seed, reason=why)
                        for seed in seeds
                    ]  # fmt: skip
        return finished(rows)

    return make


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """The card of a prepared model that came from an absolute path."""
    path = tmp_path / MODEL / "model.json"
    path.parent.mkdir()
    source = {"folder": "/home/someone/models/smollm2"}
    content = {"digest": "d" * 64, "source": source, "files": {}, "parameters": 134_515_008,
               "scope": {"mlp": 79_626_240}}  # fmt: skip
    path.write_text(json.dumps(content))
    return path
