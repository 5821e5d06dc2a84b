"""Two disjoint halves of the diagnostic items, and smaller sets nested in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchprof.errors import InputError
from benchprof.sampling import derived_seed, ranked

STEPS = 5
"""Sizes of a half that are tried, each twice the last: so all cost less than twice the largest."""

Halves = tuple[list[str], list[str]]


def split(contents: Mapping[str, str], seed: int, ability: str) -> Halves:
    """Two halves of an ability's items, drawn at random; the last of an odd number is in neither.

    The items' contents decide, not their order.

    Args:
        contents: what each of two or more items says, by its id.
        seed: of the draw.
        ability: its name, which enters the draw and the message.

    Raises:
        InputError: there are fewer than two items.
    """
    if len(contents) < 2:
        found = f"{len(contents)}"
        raise InputError(f"train items of {ability}", found, "two or more, to halve them")
    # In the order of the ids, by which items of equal content are told apart.
    ids = sorted(contents)
    order = ranked([contents[name] for name in ids], derived_seed(seed, "halves", ability))
    drawn = [ids[index] for index in order]
    size = len(drawn) // 2
    return drawn[:size], drawn[size : 2 * size]


def shares(halves: Sequence[Halves]) -> list[int]:
    """What a half is divided by at each step: 16, 8, 4, 2, 1, as far as items are left."""
    least = min(len(first) for first, _ in halves)
    return [2**step for step in reversed(range(STEPS)) if 2**step <= least]
