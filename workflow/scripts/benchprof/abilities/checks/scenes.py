"""Which items are about the same scene: a classifier fitted on one must not be tested on another.

A crossed set asks each scene once per ability. If nine of its items are in the training folds, a
classifier learns that the tenth, which looks the same, belongs to any ability but its own: it comes
out far below guessing, and a form that gives abilities away would hide behind that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchprof.abilities.item import Item


def scenes(items: Sequence[Item], abilities: Sequence[str] = ()) -> list[int]:
    """The number of each item's scene.

    One scene is: the same context; or the same options, in any order, in different abilities.
    Options that recur within one ability alone are no scene, for then they are its form.
    """
    shared = _shared_options(items, abilities)
    rows, columns = [], []
    numbers: dict[Hashable, int] = {}
    for row, item in enumerate(items):
        keys: list[Hashable] = [item.context] if item.context else []
        keys += [options] if (options := frozenset(item.options)) in shared else []
        for key in keys:
            rows.append(row)
            columns.append(len(items) + numbers.setdefault(key, len(numbers)))
    size = len(items) + len(numbers)
    links = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    found: list[int] = connected_components(links, directed=False)[1].tolist()
    return found[: len(items)]


def _shared_options(items: Sequence[Item], abilities: Sequence[str]) -> set[frozenset[str]]:
    """The sets of options that stand in more than one ability."""
    places: dict[frozenset[str], set[str]] = defaultdict(set)
    for item, ability in zip(items, abilities, strict=False):
        places[frozenset(item.options)].add(ability)
    return {options for options, found in places.items() if len(found) > 1}
