"""The items of all abilities, which answers tell apart by their ids alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchprof.abilities.item import Item, read_items
from benchprof.errors import InputError


def read_all_items(files: Mapping[str, Sequence[Path]]) -> dict[str, list[Item]]:
    """The items of each ability's files.

    Raises:
        InputError: a file is faulty, or an id occurs twice over all abilities and splits.
    """
    places: dict[str, str] = {}
    items: dict[str, list[Item]] = {ability: [] for ability in files}
    for ability, paths in files.items():
        for path in paths:
            for item in read_items(path):
                place = f"{path} (abilities.{ability})"
                if item.id in places:
                    found = f"{item.id!r} is also in {places[item.id]}"
                    expected = "a different id for each item of all abilities and splits"
                    remedy = "Rename one of the two: annotators' answers name items by id."
                    raise InputError(f"{place}, id", found, expected, remedy)
                places[item.id] = place
                items[ability].append(item)
    return items
