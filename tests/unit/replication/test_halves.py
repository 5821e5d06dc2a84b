"""Halves are disjoint, nested and of the seed alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchprof.errors import InputError
from benchprof.replication.halves import STEPS, shares, split


@given(st.integers(2, 70), st.integers(0, 3))
def test_halves_are_disjoint_and_as_large_as_they_may_be(number: int, seed: int) -> None:
    ids = [f"i{n}" for n in range(number)]
    first, second = split(ids, seed, "x")
    assert len(first) == len(second) == number // 2
    assert len({*first, *second} & set(ids)) == number // 2 * 2
    assert split(ids, seed, "x") == (first, second)


def test_halves_are_not_the_file_s_order() -> None:
    ids = [f"i{n:02}" for n in range(64)]
    assert split(ids, 1, "x")[0] not in (ids[:32], ids[::2], split(ids, 1, "y")[0])


def test_one_item_has_no_halves() -> None:
    with pytest.raises(InputError, match="train items of x: 1; expected two or more"):
        split(["a"], 0, "x")


def test_sizes_double_up_to_the_half() -> None:
    def half(number: int) -> tuple[list[str], list[str]]:
        return (["i"] * number, ["j"] * number)

    assert [32 // share for share in shares([half(32)])] == [2, 4, 8, 16, 32]
    assert len(shares([half(400)])) == STEPS
    # The smallest ability says how far down it goes, and none is left without an item.
    assert shares([half(32), half(3)]) == [2, 1]
    assert shares([half(1)]) == [1]
