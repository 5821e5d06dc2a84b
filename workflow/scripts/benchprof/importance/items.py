"""Which train items importance is computed from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchprof import digests
from benchprof.abilities.item import Item, read_items
from benchprof.sampling import sample


@dataclass(frozen=True)
class TrainItems:
    """The train items of each ability.

    Attributes:
        files: each one's file.
        seed: of the samples.
        limit: how many of each at most; None for all.
        exclude: each one's ids of items that are left out.
    """

    files: Mapping[str, Path]
    seed: int
    limit: int | None = None
    exclude: Mapping[str, Collection[str]] = field(default_factory=dict)

    def used(self, name: str) -> list[Item]:
        """The items that importance is computed from: a seeded sample."""
        excluded = self.exclude.get(name, ())
        items = [item for item in read_items(self.files[name]) if item.id not in excluded]
        contents = [content_of(item) for item in items]
        return [items[number] for number in sample(contents, self.limit, self.seed)]

    def of(self, names: Collection[str]) -> TrainItems:
        """Those of some abilities alone."""
        return replace(self, files={name: self.files[name] for name in names})


def content_of(item: Item) -> str:
    """What of an item may reach the loss: its id, type and control items do not."""
    return digests.of_value([item.context, item.question, list(item.options), item.answer])
