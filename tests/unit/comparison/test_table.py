"""A combination's row, on items few enough to work it out by hand."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from benchprof.analysis.effects import effects_table
from benchprof.comparison.table import (
    CHANGES,
    COLUMNS,
    UNASKED,
    mask_rows,
    summary_row,
    without_companions,
)
from benchprof.profile.criteria import is_component

Own = tuple[str, str, str, int | None, list[float], float]
# Test, asked, mask, seed, the rise of choice on each item, the change of form on all.
SMALL: list[Own] = [
    ("x", "item", "x", None, [1.0, 2.0, 3.0, 2.0], 0.1),
    ("y", "item", "y", None, [1.0, 1.0, 1.0, 1.0], -0.3),
    ("x", "item", "y", None, [0.0, 1.0], 0.0),
    ("x", "item", "z", None, [1.0, 2.0], 0.4),
    ("y", "item", "x", None, [0.5, 0.5], 0.2),
    ("x", "item", "all_abilities", 1, [0.1, 0.1, 0.3, 0.3], 0.0),
    ("x", "read_off", "x", None, [-0.2, -0.2, -0.2, -0.2], 0.0),
    ("y", "read_off", "y", None, [0.4, 0.4, 0.4, 0.4], 0.0),
]


def changes(rows: list[Own]) -> pd.DataFrame:
    every = [
        (test, asked, mask, seed, item, choice, form)
        for test, asked, mask, seed, choices, form in rows
        for item, choice in enumerate(choices)
    ]
    return pd.DataFrame(every, columns=CHANGES).astype({"seed": "Int64"})


def summary(rows: list[Own]) -> dict[str, Any]:
    table = changes(rows)
    found = summary_row(table, effects_table(mask_rows(table)))
    return dict(zip(COLUMNS, found, strict=True))


def test_rows_are_means_over_items() -> None:
    rows = mask_rows(changes(SMALL))
    assert len(rows) == len(SMALL)
    first = rows.iloc[0]
    assert (first["test"], first["ability"], first["n"]) == ("x", "x", 4)
    # 1, 2, 3 and 2: a variance of 2/3 over four items.
    assert first["choice"] == 2.0
    assert first["choice_se"] == pytest.approx(math.sqrt(2 / 3 / 4))
    assert first["form"] == pytest.approx(0.1)
    assert rows["seed"].notna().sum() == 1


def test_masks_that_share_their_items_are_no_further_items() -> None:
    row = summary(SMALL)
    assert (row["abilities"], row["n"], row["n_other"]) == (2, 4, 2)
    assert row["choice"] == pytest.approx((2 + 1) / 2)
    assert row["choice_se"] == pytest.approx(math.sqrt(1 / 6) / 2)
    # Of x the items' means over masks are 0.5 and 1.5, of y 0.5 and 0.5.
    assert row["others"] == pytest.approx((1 + 0.5) / 2)
    assert row["others_se"] == pytest.approx(0.5 / 2)
    assert row["beyond"] == pytest.approx(0.75)
    assert row["beyond_se"] == pytest.approx(math.hypot(math.sqrt(1 / 6) / 2, 0.25))


def test_own_and_other_masks_are_compared_on_the_same_items_too() -> None:
    """The two items of x that all masks were tried on are not those on which its own does most."""
    rows: list[Own] = [(*SMALL[0][:4], [1.0, 2.5, 3.0, 2.0], 0.1), *SMALL[1:]]
    row = summary(rows)
    # Of x 1 less 0.5 and 2.5 less 1.5, of y twice 1 less 0.5.
    assert row["matched"] == pytest.approx((0.75 + 0.5) / 2)
    assert row["matched_se"] == pytest.approx(0.25 / 2)
    assert row["beyond"] == pytest.approx((2.125 + 1) / 2 - 0.75)


def test_sizes_do_not_cancel() -> None:
    row = summary(SMALL)
    assert row["form"] == pytest.approx((0.1 + 0.3) / 2)
    assert row["others_form"] == pytest.approx((0.0 + 0.4 + 0.2) / 3)
    assert row["read_off_size"] == pytest.approx((0.2 + 0.4) / 2)
    assert row["read_off"] == pytest.approx((-0.2 + 0.4) / 2)


def test_few_items_judge_no_mask() -> None:
    row = summary(SMALL)
    assert math.isnan(row["effects"])
    assert math.isnan(row["components"])


@pytest.mark.parametrize(("other", "effects"), [(0.0, 1), (0.9, 0)])
def test_masks_are_judged_on_ten_items(other: float, effects: int) -> None:
    own = [0.9, 1.1] * 5
    rows: list[Own] = [
        ("x", "item", "x", None, own, 0.1),
        ("y", "item", "y", None, [-0.1, 0.1] * 5, 0.1),
        ("x", "item", "y", None, [other, other + 0.2] * 5, 0.1),
        ("y", "item", "x", None, [other, other] * 5, 0.1),
    ]
    row = summary(rows)
    assert (row["effects"], row["components"]) == (effects, effects)


def test_masks_whose_companions_could_not_be_asked_are_not_judged() -> None:
    rows: list[Own] = [
        ("x", "item", "x", None, [0.9, 1.1] * 5, 0.1),
        ("x", "item", "y", None, [0.0, 0.2] * 5, 0.1),
        ("y", "item", "y", None, [-0.1, 0.1] * 5, 0.1),
        ("y", "item", "x", None, [0.0, 0.0] * 5, 0.1),
    ]
    table = changes(rows)
    effects = effects_table(mask_rows(table))
    assert list(effects["effect"]) == [True, False]
    found = without_companions(effects)
    assert list(found["explained_by"]) == [UNASKED, f"chance, other masks (1), {UNASKED}"]
    assert not found["effect"].any()
    row = dict(zip(COLUMNS, summary_row(table, found, judged=False), strict=True))
    assert math.isnan(row["effects"])
    assert math.isnan(row["components"])
    assert row["beyond"] == pytest.approx(0.45)


def test_an_infinite_rise_has_no_error_and_is_not_left_out() -> None:
    row = summary([("x", "item", "x", None, [1.0, math.inf], 0.1), *SMALL[1:]])
    assert row["choice"] == math.inf
    assert math.isnan(row["choice_se"])
    row = summary([("x", "item", "x", None, [1.0, math.nan], 0.1), *SMALL[1:]])
    assert math.isnan(row["choice"])


def test_one_item_has_no_error() -> None:
    rows = [(*row[:4], row[4][:1], row[5]) for row in SMALL]
    assert math.isnan(summary(rows)["others_se"])


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
