"""Each half of the train items goes through the run's own stages, and leaves its masks alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch

from benchprof.abilities.item import Item
from benchprof.masks.mask import Mask, read_mask, write_mask
from benchprof.replication.masks import select_half_masks
from benchprof.tensors import write_tensors


def test_each_half_makes_its_own_masks_of_every_selection(tmp_path: Path) -> None:
    items = {}
    for name, number in (("x", 9), ("y", 20), ("_background", 8)):
        every = [Item(f"{name}{n}", "t", "", f"q{n}", ("a", "b"), 0) for n in range(number)]
        items[name] = tmp_path / f"{name}.jsonl"
        items[name].write_text("".join(json.dumps(item.to_json()) + "\n" for item in every))
    used: list[dict[str, set[str]]] = []
    contrasts: set[tuple[str, bool]] = set()

    def compute(
        items: Mapping[str, Path], exclude: Mapping[str, Collection[str]],
        targets: Mapping[str, Path], **_: Any,
    ) -> None:  # fmt: skip
        ids = {n: [json.loads(line)["id"] for line in p.open()] for n, p in items.items()}
        used.append({name: set(own) - set(exclude[name]) for name, own in ids.items()})
        for path in targets.values():
            write_tensors(path, {"w": torch.ones(4)}, {})

    def select(
        selection: str, importances: Mapping[str, Path], background: Path | None,
        targets: Mapping[tuple[str, str], Path], **_: Any,
    ) -> None:  # fmt: skip
        assert set(importances) == {"x", "y"}
        contrasts.add((selection, background is not None))
        for path in targets.values():
            write_mask(path, Mask({"w": torch.tensor([len(used) - 1])}, {}))

    selections: dict[str, dict[str, Any]] = {"top": {}, "specific": {"definition": "diff"}}
    targets = {
        (ability, selection, half, "0.5"): tmp_path / f"out/{ability}/{selection}-{half}"
        for ability in ("x", "y") for selection in selections for half in (1, 2)
    }  # fmt: skip
    select_half_masks(
        compute=compute, select=select, items=items,
        exclude={"x": ["x0"], "y": [], "_background": []}, limit=10, seed=3,
        selections=selections, targets=targets,
    )  # fmt: skip
    # x has 8 items, y 10 of its 20, the background all its 8.
    first, second = used
    assert {name: (len(first[name]), len(second[name])) for name in items} == {
        "x": (4, 4), "y": (5, 5), "_background": (4, 4)
    }  # fmt: skip
    assert not any(first[name] & second[name] for name in items)
    assert "x0" not in first["x"] | second["x"]
    assert contrasts == {("top", False), ("specific", True)}
    for (_, _, half, _), path in targets.items():
        assert read_mask(path).entries["w"].tolist() == [half - 1]
    # Importance files of halves are not left behind.
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"x", "y"}
