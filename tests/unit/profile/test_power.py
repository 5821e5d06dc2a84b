"""Power formulas against simulation of the tests that they plan."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.profile.conftest import SETTINGS, ablation, scores_losing, scores_of

from benchprof.profile.power import (
    Continuous,
    RightOrWrong,
    design_effect,
    power_rows,
    spread_of,
)
from benchprof.profile.reason import Reason
from benchprof.profile.significance import sign_flip_p, whole_sign_flip_p
from benchprof.profile.units import units_of

SIMULATIONS = 1500


@pytest.mark.parametrize("gained", [0.01, 0.1])
@pytest.mark.parametrize("items", [150, 600])
def test_a_detectable_drop_of_accuracy_is_found_in_four_of_five(gained: float, items: int) -> None:
    drop = RightOrWrong(gained).detectable(items)
    random = np.random.default_rng(1)
    draws = random.random((SIMULATIONS, items))
    differences = (draws < drop + gained).astype(int) - (draws > 1 - gained)
    found = np.mean([whole_sign_flip_p(row) < 0.05 for row in differences])
    # The exact test keeps below its level, which costs it some power.
    assert 0.72 <= found <= 0.83


@pytest.mark.parametrize("items", [40, 200])
def test_a_detectable_drop_of_probability_is_found_in_four_of_five(items: int) -> None:
    drop = Continuous(0.3).detectable(items)
    random = np.random.default_rng(2)
    differences = drop + 0.3 * random.standard_normal((SIMULATIONS, items))
    found = (sign_flip_p(differences, np.eye(SIMULATIONS), 999, seed=1) < 0.05).mean()
    assert found == pytest.approx(0.8, abs=0.04)


@given(st.floats(0.001, 0.3), st.integers(30, 20_000))
def test_items_for_a_detectable_drop_are_the_items(gained: float, items: int) -> None:
    for spread in (RightOrWrong(gained), Continuous(gained)):
        drop = spread.detectable(items)
        if math.isfinite(drop):
            assert spread.items_for(drop) == pytest.approx(items, rel=1e-6)


def test_five_items_show_no_drop_of_accuracy() -> None:
    assert math.isinf(RightOrWrong(0.1).detectable(5))


def test_connors_formula_by_hand() -> None:
    # Lost .3, gained .1: discordant .4, drop .2;
    # (1.96 sqrt(.4) + .8416 sqrt(.4 - .04))^2 / .04 = 76.1.
    assert RightOrWrong(0.1).items_for(0.2) == pytest.approx(76.1, abs=0.1)


def test_the_design_effect_of_equal_items_is_the_size_of_their_cluster() -> None:
    """All five items of a cluster differ alike: a mean has the variance of the clusters'."""
    values = np.random.default_rng(0).standard_normal((400, 12))
    drops = np.repeat(values, 5, axis=1)
    units = units_of([f"subject {number // 5:02}" for number in range(60)])
    assert design_effect(drops, units) == pytest.approx(5 * (12 / 11) / (60 / 59))
    assert design_effect(drops, units_of(["one"] * 60)) == 1.0


def test_a_benchmark_of_which_no_item_changed_promises_no_more_than_one_item() -> None:
    spread = spread_of(np.zeros((3, 98)), binary=True)
    assert spread == RightOrWrong(0.01)


def test_rows_are_in_units_of_the_impact() -> None:
    cells = {ablation("x"): 9, ablation("y"): 0, ablation("all_abilities", seed=1): 1}
    scores = scores_losing(cells)
    (row,) = power_rows(scores, Reason.of(""), SETTINGS)
    assert row["metric"] == "probability"
    drops = scores.metrics["probability"][0] - scores.metrics["probability"][1:3]
    sd = math.sqrt(drops.var(axis=1, ddof=1).mean())
    assert row["sd"] == pytest.approx(sd)
    # Mean probability .7 less guessing.
    assert row["base"] == pytest.approx(0.45)
    assert row["detectable_ais"] == pytest.approx(2.8016 * sd / math.sqrt(20) / 0.45, rel=1e-4)
    # Seven would be enough, but fewer than ten items have no AIS.
    assert math.ceil((2.8016 * sd / 0.045) ** 2) == 7
    assert row["items_for_ais_0.1"] == 10
    (row,) = power_rows(scores, Reason("too_few_items", "why"), SETTINGS)
    assert np.isnan(row["detectable_ais"])
    assert row["reason"] == "why"


def test_a_benchmark_of_subjects_needs_more_items() -> None:
    acc = [[1.0] * 60, [0.0] * 20 + [1.0] * 40]
    alone = scores_of([ablation("x")], {"acc": acc})
    tasks = [f"subject {number // 5:02}" for number in range(60)]
    (few,) = power_rows(alone, Reason.of(""), SETTINGS)
    of_subjects = scores_of([ablation("x")], {"acc": acc}, tasks=tasks)
    (many,) = power_rows(of_subjects, Reason.of(""), SETTINGS)
    assert many["design_effect"] == pytest.approx(5 * (12 / 11) / (60 / 59))
    ratio = many["items_for_ais_0.1"] / few["items_for_ais_0.1"]
    assert ratio == pytest.approx(many["design_effect"], rel=0.01)
    assert many["detectable_ais"] > few["detectable_ais"]
