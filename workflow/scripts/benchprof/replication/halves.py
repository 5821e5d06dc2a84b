"""Two disjoint halves of the diagnostic items, and smaller sets nested in each."""

from __future__ import annotations

import random
from collections.abc import Sequence

from benchprof.errors import InputError
from benchprof.sampling import derived_seed

STEPS = 5
"""Sizes of a half that are tried, each twice the last: so all cost less than twice the largest."""

Halves = tuple[list[str], list[str]]


def split(ids: Sequence[str], seed: int, ability: str) -> Halves:
    """Two halves of an ability's items, drawn at random; the last of an odd number is in neither.

    Args:
        ids: of the items, two or more.
        seed: of the draw.
        ability: its name, which enters the draw and the message.

    Raises:
        InputError: there are fewer than two items.
    """
    if len(ids) < 2:
        raise InputError(f"train items of {ability}", f"{len(ids)}", "two or more, to halve them")
    drawn = list(ids)
    random.Random(derived_seed(seed, "halves", ability)).shuffle(drawn)
    size = len(drawn) // 2
    return drawn[:size], drawn[size : 2 * size]


def shares(halves: Sequence[Halves], fewest: int = 1) -> list[int]:
    """What a half is divided by at each step: 16, 8, 4, 2, 1, as far as `fewest` items are left."""
    least = min(len(first) for first, _ in halves) // fewest
    return [2**step for step in reversed(range(STEPS)) if 2**step <= least]
