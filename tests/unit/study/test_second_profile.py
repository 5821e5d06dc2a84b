"""The second profile, on scores that are worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from study.second_profile import removed, scores, second_profiles
from study.tables import Tables

STATES = ("a", "b", "c", "all_abilities")


def _tables(scores: dict[str, list[float]]) -> Tables:
    """Four states (the masks of a, b and c, one control), with the scores of each benchmark."""
    rows = pd.DataFrame(
        {"benchmark": name, "ability": state, "ablated": score}
        for name, values in scores.items()
        for state, score in zip(STATES, values, strict=True)
    )
    rows["seed"] = np.where(rows.ability == "all_abilities", 1.0, float("nan"))
    own, empty = rows.seed.isna(), pd.DataFrame()
    return Tables(rows[own], rows[~own], empty, empty, empty)


# Each mask costs its own test 0.4, and all of them cost every test something.
OWN = {
    "a_test": [0.3, 0.6, 0.4, 0.9],
    "b_test": [0.7, 0.2, 0.4, 0.9],
    "c_test": [0.7, 0.6, 0.0, 0.9],
}


def test_a_benchmark_that_falls_with_one_test_correlates_with_that_test() -> None:
    asked = {"asked": [0.2, 0.8, 0.9, 0.5], "a_test": [0.2, 0.8, 0.9, 0.5]}
    rest = {"b_test": [0.5, 0.9, 0.8, 0.2], "c_test": [0.5, 0.9, 0.5, 0.9]}
    (found,) = second_profiles(_tables(asked | rest), ["asked"], without_mean=False)
    assert found.correlations["a"] == pytest.approx(1)
    # Centred: -0.4, 0.2, 0.3, -0.1 and -0.1, 0.3, 0.2, -0.4; both squares sum to 0.3.
    assert found.correlations["b"] == pytest.approx(0.2 / 0.3)
    # And -0.2, 0.2, -0.2, 0.2, whose squares sum to 0.16.
    assert found.correlations["c"] == pytest.approx(0.04 / (0.3 * 0.16) ** 0.5)


def test_a_benchmark_of_one_ability_keeps_it_without_the_general_damage() -> None:
    asked = {"asked": [0.1, 0.7, 0.5, 0.9]}
    (found,) = second_profiles(_tables(OWN | asked), ["asked"], without_mean=True)
    assert found.correlations.idxmax() == "a"
    assert found.spearman == pytest.approx(1)


def test_general_damage_alone_leaves_no_score() -> None:
    asked = {"asked": [sum(values) / 3 for values in zip(*OWN.values(), strict=True)]}
    (before,) = second_profiles(_tables(OWN | asked), ["asked"], without_mean=False)
    assert (before.correlations > 0).all()
    table = scores(_tables(OWN | asked))
    left = removed(table[["asked"]], table[list(OWN)].mean(axis=1))
    assert left.to_numpy() == pytest.approx(np.zeros((4, 1)), abs=1e-12)


@pytest.mark.parametrize("without_mean", [False, True])
def test_masks_that_cost_a_benchmark_the_same_have_no_order(without_mean: bool) -> None:
    """Once the mean of the tests is removed, equal scores are the mean turned round: no data."""
    asked = {"asked": [0.0, 0.0, 0.0, 0.4]}
    (found,) = second_profiles(_tables(OWN | asked), ["asked"], without_mean)
    assert math.isnan(found.spearman)
