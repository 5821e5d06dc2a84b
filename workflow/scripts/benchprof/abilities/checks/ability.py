"""The items of one ability, by split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchprof.abilities.item import SPLITS, Item, read_items


@dataclass(frozen=True)
class Ability:
    """An ability's name and its items by split."""

    name: str
    splits: Mapping[str, Sequence[Item]]

    @property
    def items(self) -> list[Item]:
        """All items, split after split."""
        return [item for split in self.splits.values() for item in split]

    @property
    def types(self) -> list[str]:
        """The question types in alphabetical order."""
        return sorted({item.type for item in self.items})


def read_ability(folder: Path) -> Ability:
    """Read a folder of train.jsonl, calibration.jsonl and test.jsonl, named after the ability.

    Raises:
        InputError: a file is missing or faulty.
    """
    splits = {split: read_items(folder / f"{split}.jsonl") for split in SPLITS}
    return Ability(folder.resolve().name, splits)
