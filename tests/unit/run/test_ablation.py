"""An ablation has one name, which says all of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchprof.ablation import Ablation, mask_fraction_name

slugs = st.from_regex(r"[a-z0-9](?:[a-z0-9_-]{0,20}[a-z0-9])?", fullmatch=True)
mask_fractions = st.floats(0, 1, exclude_min=True, exclude_max=True).map(
    mask_fraction_name
) | st.just("calibrated")
seeds = st.none() | st.integers(0, 2**40)
ablations = st.builds(
    Ablation,
    slugs,
    st.sampled_from(["top", "contrastive", "core", "bottom"]),
    mask_fractions,
    seeds,
    st.none() | st.sampled_from([1, 2]),
)


@pytest.mark.parametrize(
    ("ablation", "name"),
    [
        (Ablation("x", "contrastive", "0.001"), "x.contrastive_0.001"),
        (
            Ablation("all_abilities", "contrastive", "0.001", seed=3),
            "all_abilities.contrastive-random-3_0.001",
        ),
        (Ablation("x", "top", "0.01", half=2), "x.top-half-2_0.01"),
        (Ablation("x", "contrastive", "calibrated"), "x.contrastive_calibrated"),
    ],
)
def test_a_name_is_written_as_files_are_called(ablation: Ablation, name: str) -> None:
    assert ablation.name == name
    assert ablation.stem == name.split(".", 1)[1]


@given(ablations, ablations)
def test_two_ablations_have_two_names(one: Ablation, other: Ablation) -> None:
    assert (one.name == other.name) == (one == other)


OWN = Ablation("x", "top", "0.01")
SAME_KIND = [Ablation("y", "top", "0.01"), Ablation("z", "top", "0.01")]
CONTROLS = [Ablation("x", "top", "0.01", seed=0), Ablation("all_abilities", "top", "0.01", seed=1)]
ANOTHER_KIND = [
    Ablation("y", "contrastive", "0.01"),
    Ablation("y", "top", "0.1"),
    Ablation("x", "contrastive", "0.01", seed=0),
    Ablation("all_abilities", "top", "0.1", seed=0),
]
EVERY = [OWN, *SAME_KIND, *CONTROLS, Ablation("y", "top", "0.01", seed=0), *ANOTHER_KIND]


def test_a_masks_controls_are_drawn_for_its_ability_or_for_all() -> None:
    assert [own for own in EVERY if own.is_control_of(OWN)] == CONTROLS


def test_a_masks_others_are_of_its_selection_and_mask_fraction() -> None:
    assert [own for own in EVERY if own.is_other_than(OWN)] == SAME_KIND


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_is_compared_with_nothing(control: Ablation) -> None:
    assert not any(own.is_control_of(control) or own.is_other_than(control) for own in EVERY)
