"""An ablation has one name, which says all of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchprof.run.ablation import Ablation, k_name

slugs = st.from_regex(r"[a-z0-9](?:[a-z0-9_-]{0,20}[a-z0-9])?", fullmatch=True)
ks = st.floats(0, 1, exclude_min=True, exclude_max=True).map(k_name) | st.just("calibrated")
seeds = st.none() | st.integers(0, 2**40)
ablations = st.builds(
    Ablation,
    slugs,
    st.sampled_from(["top", "specific", "core", "bottom"]),
    ks,
    seeds,
    st.none() | st.sampled_from([1, 2]),
)


@pytest.mark.parametrize(
    ("ablation", "name"),
    [
        (Ablation("x", "specific", "0.001"), "x.specific_0.001"),
        (
            Ablation("all_abilities", "specific", "0.001", seed=3),
            "all_abilities.specific-random-3_0.001",
        ),
        (Ablation("x", "top", "0.01", half=2), "x.top-half-2_0.01"),
        (Ablation("x", "specific", "calibrated"), "x.specific_calibrated"),
    ],
)
def test_a_name_is_written_as_files_are_called(ablation: Ablation, name: str) -> None:
    assert ablation.name == name
    assert ablation.stem == name.split(".", 1)[1]


@given(ablations, ablations)
def test_two_ablations_have_two_names(one: Ablation, other: Ablation) -> None:
    assert (one.name == other.name) == (one == other)
