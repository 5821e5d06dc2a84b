"""A profile's key is a row's, and pairs of profiles differ in one column alone."""

from __future__ import annotations

from itertools import product

import pytest

from benchprof.profile.key import ProfileKey, pairs_across

EVERY = [ProfileKey(*own) for own in product(("m", "n"), ("b", "c"), ("top",), ("0.1", "0.2"))]


def test_the_key_of_a_row_is_of_its_columns_whatever_their_order() -> None:
    row = {"ais": 0.5, "mask_fraction": "0.1", "selection": "top", "benchmark": "b", "model": "m"}
    assert ProfileKey.of(row) == ("m", "b", "top", "0.1")


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("model", [(f"m{own}", f"n{own}") for own in ("b0.1", "b0.2", "c0.1", "c0.2")]),
        ("benchmark", [("mb0.1", "mc0.1"), ("mb0.2", "mc0.2"), ("nb0.1", "nc0.1"),
                       ("nb0.2", "nc0.2")]),
        ("selection", []),
    ],
)  # fmt: skip
def test_pairs_differ_in_one_column_alone(column: str, found: list[tuple[str, str]]) -> None:
    pairs = [
        tuple(f"{own.model}{own.benchmark}{own.mask_fraction}" for own in pair)
        for pair in pairs_across(column, EVERY)
    ]
    assert pairs == found
