"""What is compared: combinations as values, and the items that their masks are tried on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from benchprof import digests
from benchprof.abilities.item import ASKED, FROM_READING, read_items
from benchprof.importance.items import TrainItems
from benchprof.importance.scoring import Scoring
from benchprof.run.ablation import BACKGROUND, Ablation
from benchprof.run.configuration import Selection

if TYPE_CHECKING:  # a login node, which asks for jobs, needs no torch
    from benchprof.masks.ablation import Method

FLIP: Final = "flip"
"""The ablation that gives units their values on an item's flip, a companion of this name."""
OTHERS = "others"
"""Beside the kinds of `ASKED`: the few items that the other abilities' masks are tried on."""
SAID = ["unit", "scope", "layers", "score", "groups", "group_share", "toward", "loss_on", "against",
        "replicated", "limit", "selection", "k", "ablation"]  # fmt: skip
"""What a table says of a combination."""


@dataclass(frozen=True)
class Combination:
    """A combination: a way to make masks and to ablate them.

    Attributes:
        name: of the combination.
        scoring: how units or weights are scored.
        train: the items.
        selection: the name of the rule that selects.
        rule: of the selection.
        k: the share that a mask holds, as file names have it.
        fraction_of: what k is a share of.
        method: what becomes of a mask's entries; with `flip` they are as on an item's flip.
        abilities: whose masks are made.
        matched: what random masks are matched to: each of the abilities, or `all_abilities`.
        seeds: of the random masks.
    """

    name: str
    scoring: Scoring
    train: TrainItems
    selection: str
    rule: Selection
    k: str
    fraction_of: str
    method: Method | Literal["flip"]
    abilities: Sequence[str]
    matched: Sequence[str]
    seeds: Sequence[int]

    @property
    def background(self) -> Path | None:
        """The file of the items that every ability is contrasted with, if any."""
        return self.train.files.get(BACKGROUND)

    @cached_property
    def masks(self) -> list[Ablation]:
        """The abilities' masks."""
        return [Ablation(ability, self.selection, self.k) for ability in self.abilities]

    @cached_property
    def controls(self) -> list[Ablation]:
        """The random masks."""
        every = product(self.matched, self.seeds)
        return [Ablation(matched, self.selection, self.k, seed) for matched, seed in every]

    def named(self, ablation: Ablation) -> str:
        """The name of an ablation among those of all combinations."""
        return f"{self.name}.{ablation.name}"

    def masks_for(self, ability: str, asked: str) -> list[Ablation]:
        """The masks under which an ability's items, or companions of theirs, are answered."""
        own = Ablation(ability, self.selection, self.k)
        if asked == OTHERS:
            return [mask for mask in self.masks if mask.is_other_than(own)]
        controls = [mask for mask in self.controls if mask.is_control_of(own)]
        return [own, *(controls if asked == ASKED[0] else [])]

    def asked(self, questions: AskedItems) -> list[str]:
        """What is asked under its masks; with `flip` no companions, as these have no flips."""
        return [ASKED[0], OTHERS, *([] if self.method == FLIP else questions.companions)]

    @property
    def ablation(self) -> str:
        """What becomes of a mask's entries, as a file name has it."""
        method = self.method
        # All digits: two factors are two ablations, however near they are.
        return method if isinstance(method, str) else f"scale-{float(method['scale'])!r}"

    @property
    def asked_with(self) -> str:
        """Key of the combinations that are evaluated together, as used in a folder's name.

        The key is the ablation; for mean and flip also the unit; for mean also the background.
        """
        if self.method not in ("mean", FLIP):
            return self.ablation
        name = f"{self.ablation}-{self.scoring.scope.unit}"
        if self.method == FLIP or self.background is None:
            return name
        return f"{name}-{digests.of_value(str(self.background))[:8]}"

    @property
    def said(self) -> tuple[object, ...]:
        """What a table says of it: the columns `SAID`."""
        scoring, scope = self.scoring, self.scoring.scope
        settings = " ".join(f"{key}={value}" for key, value in self.rule.settings.items())
        layers = "-".join(map(str, scope.layers)) if scope.layers else None
        groups = (scoring.groups.number, scoring.groups.share) if scoring.groups else (None, None)
        return (scope.unit, scope.name, layers, scoring.score, *groups, scoring.toward,
                scoring.loss_on, scoring.against, scoring.replicated, self.train.limit,
                f"{self.selection} {settings}".strip(), self.k, self.ablation)  # fmt: skip


@dataclass(frozen=True)
class AskedItems:
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
        items = [
            item
            for ability, path in self.files.items()
            for item in read_items(path)
            if item.id not in self.exclude[ability]
        ]
        return [kind for kind in FROM_READING if all(kind in item.companions for item in items)]
