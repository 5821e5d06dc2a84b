"""Tiles of a row: which tokens attend together, and to which.

Attention between all tokens of a row would mostly be masked away, since a row holds many paths.
So the row is cut into *tiles*, runs of neighbouring tokens. A tile's keys are its own tokens and
the ancestors of its first one: in preorder no other token before a tile is on a path into it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHORTEST, LONGEST = 64, 256
"""Bounds of a tile's length."""
ROUNDING = 32
"""Numbers of keys are multiples of this: kernels are slow at others."""

MOST_KEYS = 1 << 14
"""Keys, of all tiles together, that are copied at once: this bounds the memory that they take."""


@dataclass(frozen=True)
class Tiles:
    """Tiles of one length that attend at once; their keys are filled up to one number."""

    queries: NDArray[np.int64]
    """Places of the tokens, [tiles, length]."""
    keys: NDArray[np.int64]
    """Places of what they may attend to, [tiles, keys]; those that fill up are invisible."""
    visible: NDArray[np.bool_]
    """Whether a key is on the path of a query, [tiles, length, keys]."""


def tile_length(depth: float) -> int:
    """Length of the tiles of tokens at a mean `depth`.

    A long tile multiplies keys that are mostly not seen, a short one copies its ancestors' keys
    for few tokens. Copying a key takes about 14 times as long as multiplying it (measured).
    """
    length = SHORTEST
    while length < LONGEST and length**2 < 14 * depth:
        length *= 2
    return length


def tiles_of(ends: NDArray[np.int64], length: int, base: int = 0) -> list[Tiles]:
    """Cut a row into tiles of `length` tokens, the last of which may be shorter.

    `ends` [tokens] is one past each place's subtree; `base` is the number of cached keys, which
    every tile gets a copy of. Tiles with about as many keys stand together.
    """
    tokens = len(ends)
    alike: dict[tuple[int, int], list[tuple[int, NDArray[np.int64]]]] = {}
    for start in range(0, tokens, length):
        stop = min(start + length, tokens)
        keys = np.append(np.flatnonzero(ends[:start] > start), np.arange(start, stop))
        alike.setdefault((stop - start, _filled(len(keys), base)), []).append((start, keys))
    found = []
    for (size, count), members in sorted(alike.items()):
        most = max(1, MOST_KEYS // (base + count))
        for first in range(0, len(members), most):
            found.append(_together(ends, size, count, members[first : first + most]))
    return found


def _filled(count: int, base: int) -> int:
    """A few more than `count` keys: with the base's a multiple, and of few different numbers."""
    step = max(ROUNDING, 1 << max(0, (count - 1).bit_length() - 2))
    count = -(-count // step) * step
    return count + -(base + count) % ROUNDING


def _together(
    ends: NDArray[np.int64], length: int, count: int, members: list[tuple[int, NDArray[np.int64]]]
) -> Tiles:
    queries = np.array([start for start, _ in members])[:, None] + np.arange(length)
    keys = np.full((len(members), count), len(ends))
    for tile, (_, known) in enumerate(members):
        keys[tile, : len(known)] = known
    # A key that fills up stands after all queries, so that none sees it.
    until = np.append(ends, 0)[keys][:, None]
    visible = (keys[:, None] <= queries[:, :, None]) & (queries[:, :, None] < until)
    return Tiles(queries, np.where(keys < len(ends), keys, 0), visible)
