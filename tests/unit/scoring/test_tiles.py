"""Tiles of attention: every token sees its own path, and the keys held at once are bounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchprof.scoring import tiles as module
from benchprof.scoring.packing import row_of
from benchprof.scoring.tiles import Tiles, tile_length, tiles_of
from benchprof.scoring.tree import grow

sequences = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=14), min_size=1, max_size=40)


def seen_by(tiles: list[Tiles]) -> dict[int, list[int]]:
    """The visible keys of every query, in the order of their places."""
    return {
        int(query): sorted(part.keys[tile][part.visible[tile, place]].tolist())
        for part in tiles
        for tile, queries in enumerate(part.queries)
        for place, query in enumerate(queries)
    }


@settings(max_examples=80)
@given(
    sequences, st.integers(1, 20), st.sampled_from([1, 3, 32]), st.sampled_from([1, 40, 1 << 14])
)
def test_every_token_sees_its_path_once_and_nothing_else(
    items: list[list[int]], length: int, rounding: int, most_keys: int
) -> None:
    tree = grow(items)
    row = row_of(tree, np.arange(tree.size, dtype=np.int32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROUNDING", rounding)
        patch.setattr(module, "MOST_KEYS", most_keys)
        seen = seen_by(tiles_of(row.ends.astype(np.int64), length))
    assert seen == {node: tree.path(node).tolist() for node in range(tree.size)}


def test_tiles_by_hand() -> None:
    # 0 - 1 - 2, 0 - 3 and 4: the second tile begins below 0, the third is a root's.
    ends = np.array([4, 3, 3, 4, 5])
    (pairs, last) = sorted(tiles_of(ends, 2), key=lambda tiles: -len(tiles.queries))
    assert pairs.queries.tolist() == [[0, 1], [2, 3]]
    assert pairs.keys[1, :4].tolist() == [0, 1, 2, 3]
    assert pairs.visible[1, :, :4].tolist() == [
        [True, True, True, False],
        [True, False, False, True],
    ]
    assert pairs.keys.shape == (2, 32)
    assert not pairs.visible[:, :, 4:].any()
    assert last.queries.tolist() == [[4]]
    assert seen_by([last]) == {4: [4]}


@pytest.mark.parametrize("base", [0, 1, 901, 960])
def test_keys_are_a_multiple_with_those_of_the_base(base: int) -> None:
    for part in tiles_of(np.full(300, 300), 64, base):  # one path
        assert (base + part.keys.shape[1]) % module.ROUNDING == 0


def test_keys_copied_at_once_are_bounded_with_those_of_the_base() -> None:
    ends = np.arange(1, 64 * 100 + 1)  # nothing but roots
    few = tiles_of(ends, 64, base=960)
    assert {part.keys.shape[1] for part in few} == {64}
    assert max(len(part.queries) * (960 + 64) for part in few) == module.MOST_KEYS
    assert sum(part.queries.size for part in few) == len(ends)


@pytest.mark.parametrize(
    ("depth", "length"), [(0, 64), (50, 64), (400, 128), (2000, 256), (9e4, 256)]
)
def test_tiles_below_long_paths_are_longer(depth: float, length: int) -> None:
    assert tile_length(depth) == length
