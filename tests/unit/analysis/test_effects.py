"""When a rise of option cross-entropy is one of the ability, on tables small enough to read."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchprof.analysis.effects import effects_table
from benchprof.profile.criteria import ABILITY_FORMAT, Rise, explanations

ALL = "all_abilities"
# The mask of x moves the choice on its own items by 1 nat; nothing else moves by more than 0.2.
CLEAN = {
    ("x", "item", "x", None): 1.0, ("x", "item", "y", None): 0.1, ("x", "item", ALL, 1): 0.0,
    ("x", "item", ALL, 2): 0.2, ("x", "uninformative", "x", None): 0.05,
    ("x", "counterfactual", "x", None): 0.9, ("y", "item", "x", None): 0.2,
    ("y", "item", "y", None): 0.0,
}  # fmt: skip


def table(rises: dict[Any, float], format_change: float = 0.1, error: float = 0.1) -> pd.DataFrame:
    rows = [
        {"test": test, "item_kind": asked, "ability": ability, "seed": seed, "n": 40,
         "option_cross_entropy": option_cross_entropy, "option_cross_entropy_se": error,
         "format_change": format_change}
        for (test, asked, ability, seed), option_cross_entropy in rises.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"seed": "Int64"})


def test_an_effect_that_nothing_explains() -> None:
    found = effects_table(table(CLEAN)).set_index("ability")
    assert list(found.index) == ["x", "y"]
    x = found.loc["x"]
    rises = [
        "option_cross_entropy",
        "random",
        "other_mask",
        "counterfactual",
        "uninformative",
        "other_test",
    ]
    assert x[rises].tolist() == [1.0, 0.1, 0.1, 0.9, 0.05, 0.2]
    assert (x["explained_by"], bool(x["validated"])) == ("", True)
    # Its mask does nothing, and the mask of x does more.
    assert found.loc["y", "explained_by"] == "chance, other masks (1)"
    assert math.isnan(found.loc["y", "uninformative"])


def test_the_largest_of_others_is_unknown_where_one_is() -> None:
    """In whichever order they stand."""
    for unknown, known in (("y", "z"), ("z", "y")):
        rows = CLEAN | {
            ("x", "item", "y", None): 0.1, ("x", "item", "z", None): 0.1,
            ("z", "item", "x", None): 0.2,
        }  # fmt: skip
        rows |= {("x", "item", unknown, None): math.nan, (unknown, "item", "x", None): math.nan}
        x = effects_table(table(rows)).set_index("ability").loc["x"]
        assert math.isnan(x["other_mask"]), known
        assert math.isnan(x["other_test"]), known


@pytest.mark.parametrize(
    ("key", "value", "explained"),
    [
        (("x", "item", "x", None), 0.15, "chance, uninformative, random masks, other masks (1)"),
        # 1 less 0.8 is less than 1.645 · 0.1 · √2 = 0.233.
        (("x", "item", "y", None), 0.8, "other masks (1)"),
        (("x", "uninformative", "x", None), 0.8, "uninformative"),
        (("x", "item", ALL, 1), 1.5, "random masks"),
        # A counterfactual needs the ability as much as its item.
        (("x", "counterfactual", "x", None), 3.0, ""),
    ],
)
def test_each_control_explains_an_effect(key: Any, value: float, explained: str) -> None:
    found = effects_table(table({**CLEAN, key: value})).set_index("ability")
    assert found.loc["x", "explained_by"] == explained
    assert bool(found.loc["x", "validated"]) == (not explained)


@pytest.mark.parametrize("option_cross_entropy", [math.inf, -math.inf, math.nan])
def test_an_infinite_loss_blames_no_control(option_cross_entropy: float) -> None:
    """The right option of an item has no probability under the mask, intact, or both: the rise has
    no error, and what other masks do, here nothing, neither explains nor excuses it."""
    clean = table(dict.fromkeys(CLEAN, 0.0))
    own = (clean["test"] == "x") & (clean["ability"] == "x") & (clean["item_kind"] == "item")
    clean.loc[own, ["option_cross_entropy", "option_cross_entropy_se"]] = (
        option_cross_entropy,
        math.nan,
    )
    x = effects_table(clean).set_index("ability").loc["x"]
    assert (x["explained_by"], bool(x["validated"])) == ("infinite loss", False)


@pytest.mark.parametrize("format_change", [ABILITY_FORMAT, -ABILITY_FORMAT, math.nan, -math.inf])
def test_format_likelihood_that_moves_or_is_not_known_explains_it(format_change: float) -> None:
    found = effects_table(table(CLEAN, format_change=format_change)).set_index("ability")
    assert found.loc["x", "explained_by"] == "format likelihood"


def test_a_control_of_its_own_counts_and_those_of_others_do_not() -> None:
    """With `matched_to: each_ability` the mean over all would hide the one that is matched."""
    own = {("x", "item", "x", 1): 1.0, ("x", "item", "y", 1): 0.0, ("x", "item", "y", 2): 0.0}
    clean = {key: value for key, value in CLEAN.items() if key[2] != ALL}
    found = effects_table(table(clean | own)).set_index("ability")
    assert (found.loc["x", "random"], found.loc["x", "explained_by"]) == (1.0, "random masks")


def test_an_ability_that_was_not_asked_its_held_out_test_has_no_row() -> None:
    asked = {key: value for key, value in CLEAN.items() if key[0] != "y"}
    assert list(effects_table(table(asked))["ability"]) == ["x"]


def test_without_an_error_nothing_is_sure() -> None:
    found = effects_table(table(CLEAN, error=np.nan)).set_index("ability")
    assert "chance" in found.loc["x", "explained_by"]


@given(st.floats(0, 5), st.floats(0, 2), st.floats(0, 5), st.floats(0, 2))
def test_a_stronger_control_never_helps(
    own: float, error: float, other: float, more: float
) -> None:
    def explained(value: float) -> bool:
        return "c" in explanations(Rise(own, error), 0.0, {"c": Rise(value, error)})

    assert explained(other + more) or not explained(other)
