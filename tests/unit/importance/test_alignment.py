"""Tokens of a text and its flip are paired as a person would pair them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchprof.importance.alignment import differing_places

# A letter is a token; what ends in `:y` is a prompt with an option, whose last token is left out.
CASES = [
    # Nothing differs.
    ("Ann:y", "Ann:y", ""),
    # One token.
    ("the cat:y", "the bat:y", "c-b a-a t-t :-:"),
    # A longer stretch, and a shorter one: from its start as far as both go.
    ("ABC:y", "D:y", "A-D :-:"),
    ("D:y", "ABC:y", "D-A :-:"),
    # A token more, or one less, which is one of those beside it.
    ("Aab:y", "ab:y", "a-a b-b :-:"),
    ("aab:y", "ab:y", "b-b :-:"),
    ("ab:y", "aab:y", "b-b :-:"),
    # Two words changed places: what stands between them is paired with itself.
    ("AB,&C:y", "C,&AB:y", "A-C ,-, &-& C-A :-:"),
    ("A,B:y", "B,A:y", "A-B ,-, B-A :-:"),
    # The option, which is alike in both, stands also at the end of one prompt alone.
    ("Ay:yz", "B:yz", "A-B :-: y-y"),
]


@pytest.mark.parametrize(("item", "flip", "expected"), CASES)
def test_pairs(item: str, flip: str, expected: str) -> None:
    found = differing_places([*map(ord, item)], [*map(ord, flip)])
    assert " ".join(f"{item[one]}-{flip[other]}" for one, other in found) == expected


texts = st.lists(st.integers(0, 2), max_size=7)


@given(texts, texts, texts.map(lambda own: [9, *own]))
def test_pairs_ascend_and_the_end_is_paired_with_itself(
    one: list[int], other: list[int], end: list[int]
) -> None:
    item, flip = [*one, *end], [*other, *end]
    found = differing_places(item, flip)
    for before, after in itertools.pairwise(found):
        assert before[0] < after[0]
        assert before[1] < after[1]
    if one == other:
        assert found == []
    elif item[: len(flip)] != flip and flip[: len(item)] != item:
        # All of the option but its last token, which predicts nothing.
        last = [(len(item) - left, len(flip) - left) for left in range(len(end), 1, -1)]
        assert found[len(found) - len(last) :] == last
    assert all(place < len(item) - 1 for place, _ in found)
