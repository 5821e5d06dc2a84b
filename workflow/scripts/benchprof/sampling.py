"""Seeded samples that stay: nested in their size, independent of the order of what is sampled."""

from __future__ import annotations

import random
from collections.abc import Sequence

from benchprof import digests


def sample(contents: Sequence[str], limit: int | None, seed: int) -> list[int]:
    """Indices, ascending, of a sample of at most `limit` of `contents`: the first by `ranked`.

    A larger limit keeps the smaller sample's elements.
    """
    if limit is None or limit >= len(contents):
        return list(range(len(contents)))
    return sorted(ranked(contents, seed)[:limit])


def ranked(contents: Sequence[str], seed: int) -> list[int]:
    """Indices of all `contents` in a random order that does not depend on how they are given.

    Each element's rank is a digest of the seed and its own content, so that appending elements
    moves no others' ranks; equal elements keep their order. The content of a benchmark's item has
    all fields of its file: an item with a field that the others lack adds it, empty, to theirs, and
    so moves all ranks.
    """
    ranks = [(digests.of_bytes(f"{seed}/{text}".encode()), i) for i, text in enumerate(contents)]
    return [index for _, index in sorted(ranks)]


def derived_seed(seed: int, *parts: str | int) -> int:
    """A seed of its own for one purpose, from the configured seed and the purpose's name."""
    return random.Random("/".join(map(str, (seed, *parts)))).getrandbits(63)
