"""The second profile and the masks' validity, on scores that are worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from study.masks import validity
from study.second_profile import second_profiles
from study.tables import Tables


def _tables(scores: dict[str, list[float]], ais: dict[tuple[str, str], float]) -> Tables:
    """Three states (masks of a and b, one control) whose scores are given for each benchmark."""
    states = [("a", float("nan")), ("b", float("nan")), ("all_abilities", 1.0)]
    rows = pd.DataFrame(
        {"benchmark": name, "ability": ability, "seed": seed, "ablated": score,
         "ais": ais.get((name, ability), 0.0), "ais_low": 0.1, "ais_high": 0.9, "q_random": 0.01}
        for name, values in scores.items()
        for (ability, seed), score in zip(states, values, strict=True)
    )  # fmt: skip
    abilities = rows.seed.isna()
    return Tables(rows[abilities], rows[~abilities], pd.DataFrame(), pd.DataFrame())


def test_a_benchmark_that_falls_with_one_test_correlates_with_that_test() -> None:
    scores = {"asked": [0.2, 0.8, 0.9], "a_test": [0.2, 0.8, 0.9], "b_test": [0.9, 0.2, 0.8]}
    tables = _tables(scores, {("asked", "a"): 0.7, ("asked", "b"): 0.1})
    (found,) = second_profiles(tables, ["asked"], without_mean=False)
    assert found.correlations["a"] == pytest.approx(1)
    # By hand: centred products sum to -0.1433, centred squares to 0.2867 for both.
    assert found.correlations["b"] == pytest.approx(-0.5)
    assert found.spearman == pytest.approx(1)


def test_general_damage_alone_vanishes_with_the_mean() -> None:
    # Both tests and the benchmark fall by the same factor, but for a's own part on `asked` too.
    scores = {"asked": [0.1, 0.6, 0.9], "a_test": [0.2, 0.5, 0.8], "b_test": [0.4, 0.5, 0.8]}
    tables = _tables(scores, {("asked", "a"): 0.7, ("asked", "b"): 0.1})
    (found,) = second_profiles(tables, ["asked"], without_mean=True)
    # With two tests, what is left of them is equal and opposite.
    assert found.correlations["a"] == pytest.approx(-found.correlations["b"])


def test_a_valid_mask_hits_its_own_test_and_spares_the_others() -> None:
    scores = {"a_test": [0.2, 0.8, 0.9], "b_test": [0.9, 0.2, 0.8]}
    ais = {("a_test", "a"): 0.6, ("b_test", "a"): 0.05, ("b_test", "b"): 0.6, ("a_test", "b"): 0.2}
    first, second = validity(_tables(scores, ais))
    assert (first.ability, first.dose, first.others, first.tests) == ("a", 0.6, 0.05, 1)
    assert first.possible
    # b's mask costs a's test 0.2, more than the 0.1 that is allowed.
    assert not second.possible
