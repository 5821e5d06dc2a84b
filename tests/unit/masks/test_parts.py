"""Parts of the scope share a mask out by their size, exactly, and are ranked each by itself."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchprof.errors import InputError
from benchprof.masks.parts import (
    Piece,
    apportioned,
    chunk_length,
    chunks,
    largest_of_parts,
)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.data())
def test_shares_add_up_and_are_within_one_of_the_quota(
    sizes: list[int], data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, sum(sizes)))
    found = apportioned(count, sizes)
    assert sum(found) == count
    for share, size in zip(found, sizes, strict=True):
        assert abs(share * sum(sizes) - count * size) < sum(sizes)
        assert share <= size


def test_what_is_left_goes_to_the_largest_remainders_then_to_the_lower_place() -> None:
    # 5 of 12: 1.25, 1.25, 2.5; the one that is left goes to the third.
    assert apportioned(5, [3, 3, 6]) == [1, 1, 3]
    # 2 of 9: thirds twice over; two of three equal remainders.
    assert apportioned(2, [3, 3, 3]) == [1, 1, 0]


def test_a_part_with_more_entries_can_lose_one() -> None:
    # The paradox of this rule, for which masks of parts are not nested in the mask fraction: 10 of
    # 14 are 4.29, 4.29 and 1.43, which gets what is left; 11 of 14 are 4.71, 4.71 and 1.57.
    assert apportioned(10, [6, 6, 2]) == [4, 4, 2]
    assert apportioned(11, [6, 6, 2]) == [5, 5, 1]


def test_chunks_run_on_from_tensor_to_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchprof.masks.parts.LEAST_CHUNK", 4)
    # 25 of 14 are not asked for; 14 of 14 make sqrt(14/1) = 3.7, so that chunks have 4.
    assert chunks({"a": 6, "b": 1, "c": 7}, 14) == [
        [Piece("a", 0, 4)],
        [Piece("a", 4, 6), Piece("b", 0, 1), Piece("c", 0, 1)],
        [Piece("c", 1, 5)],
        [Piece("c", 5, 7)],
    ]


def test_chunks_are_as_long_as_the_published_code_makes_them() -> None:
    # 8 billion parameters, 5.6 billion of them in scope: at mask fraction 0.01024 a million, at
    # 0.00001 sqrt(5.6e9 / (80,000 / 5.6e9)), twenty millions.
    assert chunk_length(5_600_000_000, 81_920_000) == 1_000_000
    assert chunk_length(5_600_000_000, 80_000) == pytest.approx(19_798_990, rel=1e-4)
    # SmolLM2-135M at mask fraction 0.00001: one entry in 59,000, in chunks of 2.2 million.
    assert chunk_length(79_626_240, 1_345) == pytest.approx(2_171_180, rel=1e-4)


def test_a_part_of_small_scores_has_its_share() -> None:
    scores = {"a": torch.tensor([[9.0, 8.0], [7.0, 6.0]]), "b": torch.tensor([0.1, 0.3, 0.2, 0.0])}
    found = largest_of_parts([[Piece("a", 0, 4)], [Piece("b", 0, 4)]], scores.__getitem__, 4)
    assert {name: indices.tolist() for name, indices in found.items()} == {"a": [0, 1], "b": [1, 2]}


def test_a_part_without_a_share_has_no_entry() -> None:
    scores = {"a": torch.ones(9), "b": torch.ones(1)}
    found = largest_of_parts([[Piece("a", 0, 9)], [Piece("b", 0, 1)]], scores.__getitem__, 2)
    assert {name: indices.tolist() for name, indices in found.items()} == {"a": [0, 1]}


def test_more_than_the_scope_is_refused() -> None:
    with pytest.raises(InputError, match="more than the 3 entries in scope"):
        largest_of_parts([[Piece("a", 0, 3)]], {"a": torch.ones(3)}.__getitem__, 4)


@pytest.mark.parametrize("first", [0, 1 << 31])
def test_parts_of_a_tensor_are_numbered_in_the_type_of_the_whole(first: int) -> None:
    """Also those before the 2^31st entry; no tensor of such a size takes memory here."""
    size = (1 << 31) + 6
    scores = torch.ones(1).expand(size)
    parts = [[Piece("w", first, first + 3)], [Piece("w", size - 3, size)]]
    found = largest_of_parts(parts, {"w": scores}.__getitem__, 4)["w"]
    assert found.dtype == torch.int64
    assert found.tolist() == [first, first + 1, size - 3, size - 2]
