"""Reliability against its closed form on simulated items."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.profile.conftest import SETTINGS, ablation, scores_of

from benchprof.profile.reason import Reason
from benchprof.profile.reliability import items_for, reliability_rows, spearman_brown, split_half


def test_reliability_equals_its_closed_form() -> None:
    """Abilities with variance 1 between them and noise of variance 50 per item.

    Of 100 items a profile's reliability is 1 / (1 + 50 / 100).
    """
    random = np.random.default_rng(2)
    abilities = random.standard_normal(400)
    drops = abilities[:, None] + np.sqrt(50) * random.standard_normal((400, 100))
    reliability = spearman_brown(float(split_half(drops, 50, seed=1).mean()))
    assert reliability == pytest.approx(1 / 1.5, abs=0.06)
    # .8 = 1 / (1 + 50 / n) for n = 200.
    assert items_for(1 / 1.5, 100) == pytest.approx(200, abs=1)


def test_the_prophecy_agrees_with_spearman_and_brown() -> None:
    # Half of n items with reliability 1/2 are n with 2/3.
    assert spearman_brown(0.5) == pytest.approx(2 / 3)
    assert items_for(0.5, 30, wanted=2 / 3) == 60
    assert spearman_brown(-0.4) == 0.0


def test_halves_have_all_items_once() -> None:
    """An ability that depends on one item: a half with it and a half without."""
    drops = np.zeros((3, 9))
    drops[0, 4] = 1.0
    # One half is flat in every split: it agrees with none.
    assert (split_half(drops, 20, seed=1) == 0).all()


def test_flat_halves_count_as_no_agreement() -> None:
    """Two of many items turn wrong, both without the same ability.

    Where they lie in different halves the halves agree fully, in (n / 2) / (n - 1) of the splits.
    """
    drops = np.zeros((4, 40))
    drops[0, [3, 17]] = 1.0
    halves = split_half(drops, 4000, seed=1)
    assert set(halves.round(9)) == {0.0, 1.0}
    assert halves.mean() == pytest.approx(20 / 39, abs=0.03)


def rows_of(drops) -> list[dict]:
    intact = np.full((1, drops.shape[1]), 0.9)
    cells = [ablation(f"ability {number}") for number in range(len(drops))]
    scores = scores_of(cells, {"probability": np.vstack([intact, intact - drops])})
    return reliability_rows(scores, Reason.of(""), SETTINGS)


def test_halves_that_agree_in_everything_are_not_above_1() -> None:
    """An ability that loses every item, beside two that lose none."""
    drops = np.zeros((3, 20))
    drops[0] = 0.5
    (row,) = rows_of(drops)
    found = [row[name] for name in ("reliability", "split_half", "split_high")]
    assert found == pytest.approx([1, 1, 1])
    assert max(found) <= 1
    # None at all would do, but a benchmark of fewer items has no AIS.
    assert row["items_for_0.8"] == 10


def test_rows_say_why_there_is_no_reliability() -> None:
    random = np.random.default_rng(1)
    strong = np.linspace(0, 0.5, 5)[:, None] + 0.05 * random.standard_normal((5, 40))
    (row,) = rows_of(strong)
    assert row["reliability"] > 0.9
    assert row["items_for_0.8"] < 40
    assert row["reason_code"] == ""
    (row,) = rows_of(np.ones((5, 40)) * 0.1)
    assert row["reason_code"] == "flat_profile"
    assert row["changed_items"] == 0
    few = np.zeros((5, 40))
    few[0, :9] = 1.0
    (row,) = rows_of(few)
    assert (row["reason_code"], row["changed_items"]) == ("too_few_changed_items", 9)
    assert np.isnan(row["reliability"])
    few[0, 9] = 1.0
    (row,) = rows_of(few)
    assert (row["reason_code"], row["changed_items"]) == ("", 10)
    (row,) = rows_of(strong[:2])
    assert row["reason_code"] == "too_few_abilities"
    # Sums that are equal for all abilities: what one half has more the other has less.
    opposed = random.standard_normal((5, 40))
    (row,) = rows_of(opposed - opposed.mean(axis=1, keepdims=True))
    assert row["reason_code"] == "no_agreement"
    assert row["reliability"] == 0.0
    assert np.isnan(row["items_for_0.8"])
