"""Drops of an ability's calibration items, from scores made by hand, and what they warn of."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from tests.unit.profile.conftest import ablation, scores_of

from benchprof.calibration.drops import Drops, Errors, drops_of

# The intact model, then each ablation: means 0.8; 0.2, 0.7, 0.6, 0.75 at one mask fraction, 0.5 and
# 0.8 at the other.
CELLS = [
    ablation("x"), ablation("y"), ablation("z"), ablation("all_abilities", seed=1),
    ablation("y", mask_fraction="0.003"), ablation("x", mask_fraction="0.003"),
]  # fmt: skip
NONE = Errors(0.0, 0.0, 0.0)
MEANS = [0.8, 0.2, 0.7, 0.6, 0.75, 0.5, 0.8]


def test_drops_are_those_of_the_ability_s_own_items() -> None:
    items = [[mean - 0.1, mean + 0.1] * 6 for mean in MEANS]
    first, second = drops_of(scores_of(CELLS, {"probability": items}, benchmark="x"))
    assert (first.ability, first.mask_fraction, first.n) == ("x", "0.001", 12)
    assert (first.intact, first.guessing, first.own) == pytest.approx((0.8, 0.25, 0.6))
    assert first.others == pytest.approx((0.1, 0.2))
    assert (first.others_mean, first.others_max) == pytest.approx((0.15, 0.2))
    assert first.random_mean == pytest.approx(0.05)
    assert first.counted
    assert (second.mask_fraction, second.own) == ("0.003", pytest.approx(0.0))
    assert second.others == pytest.approx((0.3,))
    assert second.random == ()


def test_errors_are_those_of_paired_differences() -> None:
    """Of ten items the own mask takes 0.6 off each second, others as much off all of them."""
    intact = [0.9] * 10
    items = [intact, [0.3, 0.9] * 5, [0.7] * 10, [0.8] * 10, intact]
    cells = [*CELLS[:3], ablation("all_abilities", seed=1)]
    (found,) = drops_of(scores_of(cells, {"probability": items}, benchmark="x"))
    # A variance of 10 / 9 * 0.3 ** 2 in each, since what the others take is the same for all.
    each = (0.3**2 * 10 / 9 / 10) ** 0.5
    assert (found.errors.own, found.errors.over_others) == pytest.approx((each, each))
    assert found.errors.over_random == pytest.approx(each)
    items[4] = items[1]
    (same,) = drops_of(scores_of(cells, {"probability": items}, benchmark="x"))
    assert same.errors.over_random == pytest.approx(0.0)
    (alone,) = drops_of(scores_of(cells[:1], {"probability": items[:2]}, benchmark="x"))
    assert math.isnan(alone.errors.over_others) and math.isnan(alone.errors.over_random)


@pytest.mark.parametrize(("selection", "others"), [("core", ()), ("contrastive", (0.6,))])
def test_a_mask_of_all_abilities_is_not_compared_with_itself(
    selection: str, others: tuple[float, ...]
) -> None:
    """Other selections may give two abilities one mask too: then these cannot be told apart."""
    cells = [ablation("x"), ablation("y"), ablation("all_abilities", seed=1)]
    cells = [replace(cell, selection=selection) for cell in cells]
    items = [[mean] * 12 for mean in (0.8, 0.2, 0.2, 0.75)]
    scores = scores_of(cells, {"probability": items}, benchmark="x")
    (drops,) = drops_of(replace(scores, masks=("one", "one", "random")))
    assert (drops.own, drops.others) == (pytest.approx(0.6), pytest.approx(others))
    assert drops.random == pytest.approx((0.05,))


@pytest.mark.parametrize(
    ("own", "others", "random", "p", "warning"),
    [
        (0.4, (0.1, 0.2), (0.0,), 0.001, ""),
        (0.4, (), (), 0.001, ""),
        (0.4, (0.1,), (0.0,), 0.05, "at_guessing"),
        # Half of what the model has above guessing is 0.25.
        (0.2, (0.1,), (0.0,), 0.001, "mask_fraction_too_small"),
        # Harmless to all: a larger mask fraction may tell them apart.
        (0.1, (0.2,), (0.0,), 0.001, "mask_fraction_too_small"),
        (0.4, (0.1, 0.4), (0.0,), 0.001, "not_selective"),
        (0.2, (0.1, 0.3), (0.0,), 0.001, "not_selective"),
        # Of the controls the mean.
        (0.4, (0.1,), (0.5, 0.4), 0.001, "not_selective"),
        (0.4, (0.1,), (0.5, 0.1), 0.001, ""),
    ],
)
def test_an_ability_that_cannot_be_told_apart_is_warned_of(
    own: float, others: tuple[float, ...], random: tuple[float, ...], p: float, warning: str
) -> None:
    assert Drops("x", "0.001", 20, 0.75, 0.25, p, own, others, random, NONE).warning == warning
