"""Which train items importance is computed from."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from benchprof import digests
from benchprof.abilities.item import Item, read_items
from benchprof.sampling import sample


def used_items(path: Path, excluded: Collection[str], limit: int | None, seed: int) -> list[Item]:
    """The items of a file that importance is computed from: a seeded sample of at most `limit`."""
    items = [item for item in read_items(path) if item.id not in excluded]
    return [items[i] for i in sample([_content(item) for item in items], limit, seed)]


def _content(item: Item) -> str:
    """What of an item may reach the loss: its id, type and companions do not."""
    return digests.of_value([item.context, item.question, list(item.options), item.answer])
