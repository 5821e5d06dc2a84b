"""Random controls hold as many entries in each tensor and magnitude decile as they should."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchprof.masks.control import (
    count_strata,
    draw_control,
    level_deciles,
    magnitude_deciles,
    mean_strata,
)


@given(st.integers(0, 999), st.integers(1, 80))
def test_a_control_matches_its_mask(seed: int, size: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    deciles = {n: magnitude_deciles(torch.randn(10, 10, generator=generator)) for n in "ab"}
    entries = {n: torch.randperm(100, generator=generator)[:size].sort().values for n in deciles}
    strata = count_strata(entries, deciles)
    control = draw_control(strata, deciles, seed)
    assert count_strata(control, deciles) == strata
    for name, indices in control.items():
        assert indices.tolist() == sorted(set(indices.tolist())), name


def test_deciles_are_by_rank_of_magnitude() -> None:
    weight = torch.tensor([-10.0, 9, -8, 7, 6, 5, 4, 3, 2, 1])
    assert magnitude_deciles(weight).tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert magnitude_deciles(torch.zeros(20)).bincount().tolist() == [2] * 10


def test_the_mean_of_masks_of_several_sizes_has_their_mean_size() -> None:
    large = {"a": [4, 0, 0, 0, 0, 0, 0, 0, 0, 0], "b": [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]}
    small = {"b": [2, 0, 0, 0, 0, 0, 0, 0, 0, 0]}
    # 3.5 entries, rounded down: a 2, b 1.5 of them in proportion 4 to 3 are 1.71 and 1.29.
    assert mean_strata([large, small]) == {
        "a": [2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        "b": [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    }


def test_the_mean_of_masks_keeps_their_size() -> None:
    one = {"a": [3, 0, 0, 0, 0, 0, 0, 0, 0, 0]}
    other = {"a": [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], "b": [2, 0, 0, 0, 0, 0, 0, 0, 0, 0]}
    # Halves: a0 1.5, a1 0.5, b0 1; one entry is lost by rounding and goes to a0, the lower.
    assert mean_strata([one, other]) == {
        "a": [2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        "b": [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    }


def test_seeds_draw_differently_and_repeatably() -> None:
    deciles = {"a": magnitude_deciles(torch.arange(1000.0))}
    strata = {"a": [10] * 10}
    first = draw_control(strata, deciles, 1)["a"]
    assert torch.equal(first, draw_control(strata, deciles, 1)["a"])
    assert not torch.equal(first, draw_control(strata, deciles, 2)["a"])


def test_a_control_of_a_wide_tensor_draws_the_same_entries_in_64_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deciles = {"a": magnitude_deciles(torch.arange(1000.0))}
    narrow = draw_control({"a": [10] * 10}, deciles, 1)["a"]
    monkeypatch.setattr("benchprof.models.mask.NARROW", 999)
    wide = draw_control({"a": [10] * 10}, deciles, 1)["a"]
    assert (narrow.dtype, wide.dtype) == (torch.int32, torch.int64)
    assert wide.tolist() == narrow.tolist()


def test_controls_of_units_are_matched_in_classes_of_activation() -> None:
    levels = torch.arange(120.0).flip(0)
    classes = level_deciles(levels)
    assert classes.bincount().tolist() == [12] * 10
    assert (classes[0], classes[-1]) == (9, 0)
    # Of heads, which are few, the classes are fewer: at least six heads in each.
    assert level_deciles(torch.arange(14.0)).bincount().tolist() == [7, 7]
    assert level_deciles(torch.arange(9.0)).unique().tolist() == [0]
