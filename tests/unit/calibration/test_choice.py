"""The choice of the mask fraction, worked out by hand."""

from __future__ import annotations

import math

import pytest

from benchprof.calibration.choice import choose
from benchprof.calibration.drops import Drops, Errors


def drops(
    ability: str,
    mask_fraction: str,
    own: float,
    others: tuple[float, ...] = (),
    random: tuple[float, ...] = (),
    p: float = 0.001,
    errors: tuple[float, float, float] = (0.03, 0.04, 0.02),
) -> Drops:
    return Drops(ability, mask_fraction, 20, 0.75, 0.25, p, own, others, random, Errors(*errors))


TWO = [
    # Own 0.2, others 0.05, random 0.0: 0.15.
    drops("x", "0.001", 0.3, (0.0, 0.1), (0.01, -0.01)),
    drops("y", "0.001", 0.1, (0.0, 0.1), (0.01, -0.01)),
    # Own 0.3, others 0.1, random 0.05: 0.2.
    drops("x", "0.003", 0.4, (0.1, 0.1), (0.0, 0.1)),
    drops("y", "0.003", 0.2, (0.1, 0.1), (0.0, 0.1)),
    # The largest own drop, 0.4; but random weights cost 0.35 and the others 0.3: 0.05.
    drops("x", "0.01", 0.5, (0.3, 0.3), (0.3, 0.4)),
    drops("y", "0.01", 0.3, (0.3, 0.3), (0.3, 0.4)),
]


def test_the_largest_separation_is_chosen() -> None:
    chosen = choose(TWO)
    assert [candidate.mask_fraction for candidate in chosen.candidates] == [
        "0.001",
        "0.003",
        "0.01",
    ]
    assert [c.separation for c in chosen.candidates] == pytest.approx([0.15, 0.2, 0.05])
    middle = chosen.candidates[1]
    assert (middle.own, middle.others, middle.random) == pytest.approx((0.3, 0.1, 0.05))
    assert chosen.mask_fraction == "0.003"
    # The others cost more than the controls: two standard errors of 0.04, of a mean over both.
    told = "the largest separation of 3 candidates, 0.2000 (standard error 0.0283)"
    assert chosen.reason == told


@pytest.mark.parametrize(
    ("others", "random", "error"),
    [((0.1,), (0.0,), 0.04), ((0.1,), (0.2,), 0.02), ((-0.1,), (-0.2,), 0.03), ((), (), 0.03)],
)
def test_the_error_is_that_beyond_what_costs_most(
    others: tuple[float, ...], random: tuple[float, ...], error: float
) -> None:
    two = [drops(ability, "0.001", 0.3, others, random) for ability in ("x", "y")]
    (candidate,) = choose(two).candidates
    assert candidate.error == pytest.approx(error / math.sqrt(2))


@pytest.mark.parametrize(("own", "said"), [(0.1638, True), (0.1639, False)])
def test_a_separation_that_is_not_significant_may_be_chance(own: float, said: bool) -> None:
    # 5% of three candidates, so that the best is at no end: 2.128 standard errors of 0.03.
    chosen = choose(
        [
            drops("x", "0.001", 0.0, (0.1,)),
            drops("x", "0.003", own, (0.1,), errors=(0.05, 0.03, math.nan)),
            drops("x", "0.01", 0.0, (0.1,)),
        ]
    )
    assert chosen.mask_fraction == "0.003"
    assert ("it may be chance" in chosen.reason) == said


def test_the_order_of_the_candidates_is_that_of_the_numbers() -> None:
    assert choose(TWO[::-1]).mask_fraction == "0.003"
    mask_fractions = [
        c.mask_fraction
        for c in choose(
            [drops("x", mask_fraction, 0.1) for mask_fraction in ("0.02", "0.003", "0.1")]
        ).candidates
    ]
    assert mask_fractions == ["0.003", "0.02", "0.1"]


def test_a_tie_goes_to_the_smaller_mask_fraction() -> None:
    # In floats 0.3 - 0.1 is less than 0.2.
    tied = [drops("x", "0.01", 0.2, (0.0,)), drops("x", "0.002", 0.3, (0.1,))]
    assert 0.3 - 0.1 < 0.2
    assert choose(tied).mask_fraction == "0.002"


def test_an_ability_at_guessing_is_not_counted() -> None:
    misleading = [
        drops("z", "0.001", 0.0, (0.9,), p=0.4),
        drops("z", "0.003", 0.0, (0.9,), p=0.4),
        drops("z", "0.01", 0.9, (0.0,), p=math.nan),
    ]
    chosen = choose([*TWO, *misleading])
    assert chosen.mask_fraction == "0.003"
    assert [candidate.abilities for candidate in chosen.candidates] == [2, 2, 2]


def test_where_all_are_at_guessing_the_smallest_mask_fraction_is_taken_and_said() -> None:
    chosen = choose([drops("x", mask_fraction, 0.1, p=0.5) for mask_fraction in ("0.01", "0.001")])
    assert chosen.mask_fraction == "0.001"
    assert "no ability's calibration items are answered above guessing" in chosen.reason


def test_without_others_and_controls_the_own_drop_decides() -> None:
    chosen = choose([drops("x", "0.001", 0.3), drops("x", "0.003", 0.2)])
    assert chosen.mask_fraction == "0.001"
    assert math.isnan(chosen.candidates[0].others)
    assert "the smallest candidate" in chosen.reason


def test_a_gain_elsewhere_does_not_separate_a_mask_that_costs_nothing() -> None:
    gains = [drops("x", "0.001", -0.1, (-0.5,), (-0.2,)), drops("x", "0.003", 0.01, (-0.1,))]
    chosen = choose(gains)
    assert [c.separation for c in chosen.candidates] == pytest.approx([-0.1, 0.01])
    assert chosen.mask_fraction == "0.003"


def test_a_choice_without_separation_says_so() -> None:
    chosen = choose(
        [drops("x", mask_fraction, 0.1, (0.1,)) for mask_fraction in ("0.001", "0.003")]
    )
    assert chosen.mask_fraction == "0.001"
    assert "no candidate separates the abilities" in chosen.reason
