"""Halves are disjoint, nested and of the seed alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchprof.errors import InputError
from benchprof.replication.halves import STEPS, shares, split


@given(st.integers(2, 70), st.integers(0, 3))
def test_halves_are_disjoint_and_as_large_as_they_may_be(number: int, seed: int) -> None:
    items = {f"i{n}": f"text {n}" for n in range(number)}
    first, second = split(items, seed, "x")
    assert len(first) == len(second) == number // 2
    assert len({*first, *second} & set(items)) == number // 2 * 2
    assert split(items, seed, "x") == (first, second)


def test_halves_are_not_the_file_s_order() -> None:
    ids = [f"i{n:02}" for n in range(64)]
    items = {name: f"text of {name}" for name in ids}
    assert split(items, 1, "x")[0] not in (ids[:32], ids[::2], split(items, 1, "y")[0])


@given(st.permutations(range(9)))
def test_halves_follow_what_items_say_whatever_their_order(order: list[int]) -> None:
    items = {f"i{n}": f"text {n // 2}" for n in range(9)}
    assert split({f"i{n}": items[f"i{n}"] for n in order}, 3, "x") == split(items, 3, "x")


def test_ids_that_are_given_anew_leave_the_halves_as_they_are() -> None:
    texts = [f"text {n}" for n in range(20)]
    items, renamed = (dict(zip(map(name, range(20)), texts, strict=True)) for name in (str, hex))
    for half, other in zip(split(items, 3, "x"), split(renamed, 3, "x"), strict=True):
        assert [items[name] for name in half] == [renamed[name] for name in other]


def test_one_item_has_no_halves() -> None:
    with pytest.raises(InputError, match="train items of x: 1; expected two or more"):
        split({"a": "text"}, 0, "x")


def test_sizes_double_up_to_the_half() -> None:
    def half(number: int) -> tuple[list[str], list[str]]:
        return (["i"] * number, ["j"] * number)

    assert [32 // share for share in shares([half(32)])] == [2, 4, 8, 16, 32]
    assert len(shares([half(400)])) == STEPS
    # The smallest ability says how far down it goes, and none is left without an item.
    assert shares([half(32), half(3)]) == [2, 1]
    assert shares([half(1)]) == [1]
