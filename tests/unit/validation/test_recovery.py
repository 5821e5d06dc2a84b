"""Recovery of a planted truth: every number against one worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from benchprof.validation.recovery import drops, errors, share_within
from benchprof.validation.verdict import BOUNDS, judge

OWN = {"x": "x_test", "y": "y_test"}
FOUND = {("x_test", "x"): 0.9, ("x_test", "y"): -0.1, ("y_test", "x"): 0.2, ("y_test", "y"): -0.7}
TRUE = {("x_test", "x"): 1.0, ("x_test", "y"): 0.0, ("y_test", "x"): 0.0, ("y_test", "y"): 0.9}


def cells(
    ais: dict[tuple[str, str], float], said: tuple[tuple[str, str], ...] = (("x_test", "x"),)
) -> pd.DataFrame:
    """By (benchmark, ability), and where a finding says that it is needed."""
    return pd.DataFrame(
        {"benchmark": key[0], "ability": key[1], "ais": value, "expected": TRUE[key],
         "said": key in said}
        for key, value in ais.items()
    )  # fmt: skip


def test_drops_by_hand() -> None:
    row = drops(cells(FOUND), OWN)
    assert row["own_drop"] == pytest.approx(0.1)
    assert row["own_drop_min"] == pytest.approx(-0.7)
    # Of the worst mask: that of x takes 0.2 off y's test, that of y adds 0.1 to x's.
    assert row["others_drop"] == pytest.approx(0.2)
    assert (row["undefined"], row["selective"]) == (0, False)


def test_another_s_test_that_needs_an_ability_is_no_side_effect() -> None:
    own = cells(FOUND)
    own.loc[2, "expected"] = 0.5
    assert drops(own, OWN)["others_drop"] == pytest.approx(0.1)


def test_errors_by_hand() -> None:
    row = errors(cells(FOUND))
    assert row["ais_rmse"] == pytest.approx(np.sqrt((0.01 + 0.01 + 0.04 + 2.56) / 4))
    # Of the two effects beyond 0.15 one has the wrong sign.
    assert row["sign_errors"] == 1
    assert (row["false_positives"], row["found"]) == (0.0, 0.5)


def test_a_finding_of_an_ability_that_is_not_needed_is_false() -> None:
    row = errors(cells(FOUND, (("x_test", "y"), ("x_test", "x"), ("y_test", "y"))))
    assert (row["false_positives"], row["found"]) == (0.5, 1.0)


def test_an_ais_that_is_missing_is_no_zero() -> None:
    own = cells(FOUND | {("y_test", "y"): np.nan})
    assert drops(own, OWN)["undefined"] == 1
    assert np.isnan(drops(own, OWN)["own_drop_min"]) and np.isnan(errors(own)["ais_rmse"])


def test_shares_count_entries() -> None:
    mask = {"a": torch.tensor([1, 2, 3]), "b": torch.tensor([0])}
    block = {"a": torch.tensor([2, 3, 4, 5, 6, 7]), "c": torch.tensor([0, 1])}
    assert (share_within(mask, block), share_within(block, mask)) == (2 / 4, 2 / 8)
    assert share_within(mask, {}) == 0


@pytest.mark.parametrize(
    ("own", "others", "selective"),
    [(0.9, 0.0, True), (0.4, 0.0, False), (0.9, 0.2, False), (np.nan, 0.0, False)],
)
def test_separable_by_hand(own: float, others: float, selective: bool) -> None:
    ais = {("x_test", "x"): own, ("x_test", "y"): others, ("y_test", "x"): 0.0,
           ("y_test", "y"): 0.9}  # fmt: skip
    assert drops(cells(ais), OWN)["selective"] is selective


GOOD = {"model": "m", "selection": "contrastive", "mask_fraction": "0.01", "planted": True} | {
    name: (least + most) / 2 for name, (least, most) in BOUNDS.items()
}


def failing(*rows: dict[str, object]) -> set[str]:
    lines, holds = judge(pd.DataFrame(rows))
    failed = {line.split(": ")[1] for line in lines.splitlines() if line.startswith("FAILS")}
    assert holds is not bool(failed)
    return failed


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_outside_its_bounds_or_was_not_measured_fails(name: str) -> None:
    least, most = BOUNDS[name]
    assert failing(GOOD) == failing(GOOD | {name: least}, GOOD | {name: most}) == set()
    for wrong in (least - 0.01, most + 0.01, np.nan):
        assert failing(GOOD, GOOD | {name: wrong}) == {name}


def test_an_entangled_model_must_not_look_separable() -> None:
    row = {"model": "e", "selection": "contrastive", "mask_fraction": "0.01", "planted": False}
    for selective, failed in ((False, set()), (True, {"selective"})):
        assert failing(GOOD, row | {"undefined": 0, "selective": selective}) == failed
