"""What the draw of train items adds to an AIS, by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.replication.table import COLUMNS, pooled_error, replication_rows


def row(ability: str, ais: float, seed: int | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "model": "m", "ability": ability, "benchmark": f"{ability}_test", "selection": "specific",
        "fraction": "0.1", "seed": seed, "headline": True, "metric": "probability", "n": 60,
        "ais": ais, "ais_low": ais - 0.1, "ais_high": ais + 0.1,
        "reason_code": "", "reason": "",
    } | changes  # fmt: skip


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows).astype({"seed": "Int64"})


def test_the_standard_error_is_half_the_halves_difference() -> None:
    impact = table(
        [
            row("x", 0.8),
            row("x", 0.1, seed=1),
            row("x", 0.3, metric="acc", headline=False),
            row("x", 0.2, benchmark="y_test"),
            row("y", 0.5),
        ]
    )
    halves = table([row("x", 0.7, 1), row("x", 0.3, 2), row("y", 0.45, 1), row("y", 0.75, 2)])
    found = replication_rows(impact, halves, {("m", "x"): 32, ("m", "y"): 31})
    assert list(found.columns) == COLUMNS
    assert found["ability"].tolist() == ["x", "y"]
    assert found["ais"].tolist() == [0.8, 0.5]
    assert found["items"].tolist() == [32, 31]
    assert found["ais_half_1"].tolist() == [0.7, 0.45]
    assert found["ais_half_2"].tolist() == [0.3, 0.75]
    assert found["se_items"].tolist() == pytest.approx([0.2, 0.15])
    assert pooled_error(found) == pytest.approx(math.sqrt((0.2**2 + 0.15**2) / 2))


def test_a_test_without_an_ais_says_why_and_counts_for_nothing() -> None:
    why = {"reason_code": "not_above_guessing", "reason": "because"}
    impact = table([row("x", np.nan, **why), row("y", 0.5)])
    halves = table([row("x", np.nan, 1), row("x", np.nan, 2), row("y", 0.4, 1), row("y", 0.6, 2)])
    found = replication_rows(impact, halves, {("m", "x"): 32, ("m", "y"): 32})
    assert found["reason_code"].tolist() == ["not_above_guessing", ""]
    assert math.isnan(found["se_items"][0])
    assert pooled_error(found) == pytest.approx(0.1)
    assert math.isnan(pooled_error(found[:1]))


def test_the_error_is_that_of_the_mean_of_both_halves() -> None:
    """Simulated: AIS of items' masks vary with variance v / items; all items are two halves."""
    random = np.random.default_rng(1)
    one, other = random.normal(0.5, 0.2, size=(2, 400))
    halves = table(
        [row(f"a{i}", value, half) for half, own in ((1, one), (2, other))
         for i, value in enumerate(own)]
    )  # fmt: skip
    impact = table([row(f"a{i}", 0.5) for i in range(400)])
    found = replication_rows(impact, halves, {("m", f"a{i}"): 32 for i in range(400)})
    assert pooled_error(found) == pytest.approx(0.2 / math.sqrt(2), rel=0.1)
