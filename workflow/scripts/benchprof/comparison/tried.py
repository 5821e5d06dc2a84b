"""What is compared: combinations as values, and the items that their masks are tried on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchprof.abilities.item import ASKED, FROM_READING, kinds_of, read_items
from benchprof.importance.scoring import Scoring
from benchprof.run.ablation import ALL_ABILITIES, Ablation

if TYPE_CHECKING:  # a login node, which asks for jobs, needs no torch
    from benchprof.masks.ablation import Method

ITEM = ASKED[0]
OTHERS = "others"
"""Beside the kinds of `ASKED`: the few items that the other abilities' masks are tried on."""
SAID = [
    "unit",
    "score",
    "toward",
    "loss_on",
    "against",
    "replicated",
    "limit",
    "selection",
    "k",
    "ablation",
]
"""What a table says of a combination."""


@dataclass(frozen=True)
class Tried:
    """A combination: a way to make masks and to ablate them.

    Attributes:
        name: of the combination.
        scoring: how units or weights are scored.
        items: each ability's file of train items, and the background's where there is one.
        exclude: each one's ids of items that are left out.
        limit: train items of each at most.
        selection: the rule that selects.
        settings: of the selection, as configured.
        k: the share that a mask holds, as file names have it.
        fraction_of: what k is a share of.
        method: what becomes of a mask's entries.
        abilities: whose masks are made.
        seeds: of the random masks, which are matched to the abilities' masks on average.
    """

    name: str
    scoring: Scoring
    items: Mapping[str, Path]
    exclude: Mapping[str, Collection[str]]
    limit: int | None
    selection: str
    settings: Mapping[str, Any]
    k: str
    fraction_of: str
    method: Method
    abilities: Sequence[str]
    seeds: Sequence[int]

    @cached_property
    def masks(self) -> list[Ablation]:
        """The abilities' masks."""
        return [Ablation(ability, self.selection, self.k) for ability in self.abilities]

    @cached_property
    def controls(self) -> list[Ablation]:
        """The random masks."""
        return [Ablation(ALL_ABILITIES, self.selection, self.k, seed) for seed in self.seeds]

    def named(self, ablation: Ablation) -> str:
        """The name of an ablation among those of all combinations."""
        return f"{self.name}.{ablation.name}"

    def masks_for(self, ability: str, asked: str) -> list[Ablation]:
        """The masks under which an ability's items, or companions of theirs, are answered."""
        if asked == OTHERS:
            return [mask for mask in self.masks if mask.ability != ability]
        own = [mask for mask in self.masks if mask.ability == ability]
        return own + (self.controls if asked == ITEM else [])

    @property
    def said(self) -> tuple[object, ...]:
        """What a table says of it: the columns `SAID`."""
        scoring = self.scoring
        definition = self.settings.get("definition", self.settings.get("within"))
        selection = self.selection if definition is None else f"{self.selection} {definition}"
        selection += " without super" if self.settings.get("without_super") else ""
        return (scoring.unit, scoring.score, scoring.toward, scoring.loss_on, scoring.against,
                scoring.replicated, self.limit, selection, self.k, str(self.method))  # fmt: skip


@dataclass(frozen=True)
class Questions:
    """The items that masks are tried on.

    Attributes:
        split: calibration or test.
        items: of an ability, under its own mask and the random ones.
        other_items: of the same sample, under each other ability's mask.
        files: each ability's file of the split.
        exclude: each ability's ids of items that are left out.
    """

    split: str
    items: int
    other_items: int
    files: Mapping[str, Path]
    exclude: Mapping[str, Collection[str]]

    @cached_property
    def companions(self) -> list[str]:
        """Kinds of companion that every item has, on which the ability has nothing to do."""
        items = [item for path in self.files.values() for item in read_items(path)]
        return [kind for kind in kinds_of(items) if kind in FROM_READING]
