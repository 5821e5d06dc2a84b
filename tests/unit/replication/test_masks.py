"""Each half of the train items goes through the run's own stages, and leaves its masks alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from benchprof.abilities.item import Item
from benchprof.ablation import Ablation
from benchprof.importance.items import TrainItems
from benchprof.importance.scoring import Scoring
from benchprof.masks.origin import code_digest, read_for
from benchprof.masks.rule import Contrastive, Selection, Top
from benchprof.models.mask import Mask, read_mask, write_mask
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.replication import masks as module
from benchprof.replication.masks import select_half_masks
from benchprof.store import Store
from benchprof.tensors import TensorFile, write_tensors

SCORING = Scoring(PreparedModel(Path("model"), "float32"), Scope("mlp"), "taylor", "all")


class Stages:
    """In place of the run's stages: they note what they are given, and compute nothing.

    Attributes:
        used: the ids of each ability's items, for each time that importance was computed.
        selections: each that masks were asked of.
    """

    def __init__(self) -> None:
        self.used: list[dict[str, list[str]]] = []
        self.selections: set[str] = set()

    def describe(
        self,
        _scoring: Scoring,
        train: TrainItems,
    ) -> tuple[None, dict[str, dict[str, Any]]]:
        ids = {n: [json.loads(line)["id"] for line in p.open()] for n, p in train.files.items()}
        left_out = train.exclude
        return None, {n: {"items": sorted(set(own) - set(left_out[n]))} for n, own in ids.items()}

    def compute(
        self, _scoring: Scoring, train: TrainItems, targets: Mapping[str, Path], **_: Any
    ) -> None:
        assert train.limit is None
        _, origins = self.describe(SCORING, train)
        self.used.append({name: origin["items"] for name, origin in origins.items()})
        for name, path in targets.items():
            write_tensors(path, {"w": torch.ones(4)}, origins[name])

    def select(
        self, rule: Selection, importances: Mapping[str, Path],
        targets: Mapping[Ablation, Path], **_: Any,
    ) -> None:  # fmt: skip
        """Of the first half's importance every mask is entries 0 and 1, of the second's 1 and 2."""
        (selection,) = {own.selection for own in targets}
        assert set(importances) == {"x", "y"}
        self.selections.add(selection)
        for own, path in targets.items():
            names = read_for(selection, own.ability, importances)
            origin = {
                "ability": own.ability, "selection": selection, "settings": rule.settings,
                "mask_fraction": own.mask_fraction, "code": code_digest(selection),
                "importance": {name: TensorFile(importances[name]).origin for name in names},
            }  # fmt: skip
            first = (len(self.used) - 1) % 2
            write_mask(path, Mask({"w": torch.tensor([first, first + 1])}, origin))


def items_in(folder: Path) -> dict[str, Path]:
    """Files of 9 items of x and 20 of y."""
    items = {}
    for name, number in (("x", 9), ("y", 20)):
        every = [Item(f"{name}{n}", "t", "", f"q{n}", ("a", "b"), 0) for n in range(number)]
        items[name] = folder / f"{name}.jsonl"
        items[name].write_text("".join(json.dumps(item.to_json()) + "\n" for item in every))
    return items


def test_each_half_makes_its_own_masks_of_every_selection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = items_in(tmp_path)
    stages = Stages()
    monkeypatch.setattr(module, "compute_importance", stages.compute)
    monkeypatch.setattr(module, "examples_and_origins", stages.describe)
    monkeypatch.setattr(module, "select_masks", stages.select)
    rules: dict[str, Selection] = {"top": Top(), "contrastive": Contrastive(definition="sum")}
    out = tmp_path / "out"
    targets = {
        Ablation(ability, selection, "0.5", half=half): out / f"{ability}/{selection}-{half}"
        for ability in ("x", "y") for selection in rules for half in (1, 2)
    }  # fmt: skip

    def run(seed: int = 3) -> None:
        given: dict[str, Any] = {
            "rules": rules, "targets": targets,
            "store": Store(tmp_path / "store"),
        }  # fmt: skip
        train = TrainItems(items, seed, limit=10, exclude={"x": ["x0"]})
        select_half_masks(SCORING, train, **given)

    run()
    # x has 8 items, y 10 of its 20.
    first, second = ({name: set(own) for name, own in half.items()} for half in stages.used)
    assert {name: (len(first[name]), len(second[name])) for name in items} == {
        "x": (4, 4), "y": (5, 5)
    }  # fmt: skip
    assert not any(first[name] & second[name] for name in items)
    assert "x0" not in first["x"] | second["x"]
    assert stages.selections == {"top", "contrastive"}
    for own, path in targets.items():
        second = own.half == 2
        assert read_mask(path).entries["w"].tolist() == [second, second + 1]
    # Importance files of halves are not left behind.
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"x", "y"}
    # What is in the store is not computed again, also where the results are gone.
    masks = {key: path.read_bytes() for key, path in targets.items()}
    shutil.rmtree(tmp_path / "out")
    run()
    assert len(stages.used) == 2
    assert {key: path.read_bytes() for key, path in targets.items()} == masks
    # Another sample makes other halves.
    run(seed=4)
    assert len(stages.used) == 4
