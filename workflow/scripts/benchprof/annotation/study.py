"""What annotators are asked: a sample of the abilities' items, the same for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchprof import digests
from benchprof.abilities.item import Item, read_items
from benchprof.errors import InputError


@dataclass(frozen=True)
class StudyItem:
    """An item with the ability that it is meant to need, which annotators must not see."""

    ability: str
    item: Item

    def __repr__(self) -> str:
        # No traceback tells the ability; the item's id and type would tell it as well.
        return f"StudyItem({self.digest})"

    @property
    def digest(self) -> str:
        """Of what an annotator reads: an answer holds for this text alone."""
        return digests.of_value([self.item.context, self.item.question, *self.item.options])[:16]


@dataclass(frozen=True)
class Study:
    """What is asked of every annotator.

    Attributes:
        definitions: one line for each ability, in the order of the configuration.
        items: the sample.
        answers: the folder of the annotators' files.
        seed: of the sample and the orders.
    """

    definitions: Mapping[str, str]
    items: tuple[StudyItem, ...]
    answers: Path
    seed: int


def read_study_items(files: Mapping[str, Sequence[Path]]) -> list[StudyItem]:
    """The items of each ability's files.

    Raises:
        InputError: a file is faulty, or an id occurs twice over all abilities and splits.
    """
    places: dict[str, str] = {}
    items = []
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
                items.append(StudyItem(ability, item))
    return items


def stratified(items: Sequence[StudyItem], per_ability: int, seed: int) -> tuple[StudyItem, ...]:
    """A seeded sample of each ability's items: one of each type in turn, as long as there are some.

    A larger `per_ability` keeps the smaller sample, and an item whose text is corrected stays.
    """
    strata: dict[tuple[str, str], list[StudyItem]] = defaultdict(list)
    for member in items:
        strata[member.ability, member.item.family].append(member)
    turns: dict[str, list[tuple[int, str, StudyItem]]] = defaultdict(list)
    for (ability, kind), own in strata.items():
        turns[ability] += [
            (n, kind, member) for n, member in enumerate(ordered(own, seed, ability))
        ]
    return tuple(
        member
        for own in turns.values()
        for _, _, member in sorted(own, key=lambda turn: turn[:2])[:per_ability]
    )


def ordered(items: Sequence[StudyItem], seed: int, whose: str) -> list[StudyItem]:
    """The items in an order of somebody's own; adding some leaves the order of the rest."""

    def rank(member: StudyItem) -> str:
        return digests.of_bytes(f"{seed}/{whose}/{member.item.id}".encode())

    return sorted(items, key=rank)
