"""Which masks could be valid: each condition alone rules one out."""

from __future__ import annotations

import pandas as pd
import pytest
from study.masks import Validity, validity
from study.tables import Tables

GOOD = {"ais": 0.6, "ais_low": 0.1, "ais_high": 0.9, "over_random": 0.3, "q_random": 0.01}


def _found(changed: dict[str, float], others: float = 0.05) -> list[Validity]:
    """The mask of a, whose own test is changed, on three own tests."""
    own = {"benchmark": "a_test", "ability": "a"} | GOOD | changed
    rest = {"ability": "a"} | GOOD | {"ais": others}
    rows = [own, *({"benchmark": f"{name}_test"} | rest for name in ("b", "c"))]
    undefined = {"benchmark": "d_test", "ability": "a"} | GOOD | {"ais": float("nan")}
    empty = pd.DataFrame()
    return validity(Tables(pd.DataFrame([*rows, undefined]), empty, empty, empty, empty))


def test_a_mask_that_hits_its_own_test_and_spares_the_others_could_be_valid() -> None:
    (mask,) = _found({})
    assert mask.possible
    # The test without an AIS is not counted.
    assert (mask.dose, mask.others, mask.tests) == (0.6, 0.05, 2)


@pytest.mark.parametrize(
    "changed",
    [
        {"ais": 0.49},
        {"ais_low": 0.0},
        {"over_random": -0.3},
        {"q_random": 0.05},
        {"ais": float("nan")},
    ],
)
def test_each_condition_rules_a_mask_out(changed: dict[str, float]) -> None:
    (mask,) = _found(changed)
    assert not mask.possible


def test_a_dose_of_half_and_a_tenth_on_other_tests_are_still_allowed() -> None:
    (mask,) = _found({"ais": 0.5}, others=0.1)
    assert mask.possible


def test_a_mask_that_costs_other_tests_more_than_a_tenth_is_not_valid() -> None:
    (mask,) = _found({}, others=0.11)
    assert not mask.possible
