"""A combination's row, on a table small enough to read."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from benchprof.analysis.effects import effects_table
from benchprof.comparison.table import COLUMNS, summary_row
from benchprof.profile.criteria import is_component

ROWS: list[tuple[str, str, str, int | None, float, float, float]] = [
    # test, asked, mask, seed, choice, its error, form
    ("x", "item", "x", None, 1.0, 0.3, 0.1),
    ("y", "item", "y", None, 0.5, 0.4, -0.3),
    ("x", "item", "y", None, 0.2, 0.6, 0.0),
    ("y", "item", "x", None, 0.4, 0.8, 0.2),
    ("x", "item", "all_abilities", 1, 0.1, 0.1, 0.0),
    ("x", "read_off", "x", None, 0.2, 0.1, 0.0),
    ("y", "read_off", "y", None, 0.0, 0.1, 0.0),
]


@pytest.fixture
def row() -> dict[str, Any]:
    columns = ["test", "asked", "ability", "seed", "choice", "choice_se", "form"]
    table = pd.DataFrame(ROWS, columns=columns).astype({"seed": "Int64"})
    table["n"] = [20 if test == mask else 5 for test, _, mask, *_ in ROWS]
    return dict(zip(COLUMNS, summary_row(table, effects_table(table)), strict=True))


def test_means_over_abilities_with_their_errors(row: dict[str, Any]) -> None:
    assert (row["abilities"], row["n"], row["n_other"]) == (2, 20, 5)
    assert row["choice"] == pytest.approx(0.75)
    assert row["choice_se"] == pytest.approx(math.hypot(0.3, 0.4) / 2)
    assert row["others"] == pytest.approx(0.3)
    assert row["others_se"] == pytest.approx(0.5)
    assert row["beyond"] == pytest.approx(0.45)
    assert row["beyond_se"] == pytest.approx(math.hypot(0.25, 0.5))
    assert row["form"] == pytest.approx(-0.1)
    assert row["read_off"] == pytest.approx(0.1)


def test_components_are_counted(row: dict[str, Any]) -> None:
    # 1.0 is less than three times 0.4, and the form of y moves by more than 0.25.
    assert row["components"] == 0


@pytest.mark.parametrize(
    ("own", "other", "form", "read_off", "is_one"),
    [
        (0.9, 0.3, 0.1, 0.1, True),
        (0.9, 0.31, 0.1, 0.1, False),
        (0.9, 0.3, -0.25, 0.1, False),
        (0.9, 0.3, 0.1, 0.25, False),
        (0.9, 0.3, 0.1, math.nan, True),
        (0.9, 0.3, math.nan, 0.1, False),
        (0.1, -0.5, 0.1, 0.1, True),
        (-0.1, -0.5, 0.1, 0.1, False),
    ],
)
def test_a_component(own: float, other: float, form: float, read_off: float, is_one: bool) -> None:
    assert is_component(own, other, form, read_off) == is_one
