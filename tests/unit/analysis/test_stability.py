"""Masks of halves are compared as on paper."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from benchprof.abilities.item import Item
from benchprof.ablation import Ablation
from benchprof.analysis.drawing import Drawing
from benchprof.analysis.stability import COLUMNS, stability_rows
from benchprof.analysis.stability_curve import draw_stability
from benchprof.analysis.stability_job import measure_stability
from benchprof.files import write_text
from benchprof.importance.items import TrainItems
from benchprof.importance.scoring import Scoring
from benchprof.masks.rule import Specific, Top
from benchprof.models.mask import Mask, write_mask
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.replication import masks
from benchprof.store import Store
from benchprof.tensors import write_tensors


def test_agreement_by_hand() -> None:
    first = {Ablation("x", "top", "0.1"): {"a": torch.tensor([0, 1, 2]), "b": torch.tensor([5])}}
    second = {Ablation("x", "top", "0.1"): {"a": torch.tensor([2, 3, 4]), "b": torch.tensor([5])}}
    (row,) = stability_rows(first, second, {"x": 8}, {"a": 10, "b": 20})
    named = dict(zip(COLUMNS, row, strict=True))
    # Entries 2 of a and 5 of b are shared, of 4 + 4 - 2; by chance 3*3/10 + 1/20 = 0.95.
    assert (named["items"], named["entries"]) == (8, 4)
    assert named["jaccard"] == pytest.approx(2 / 6)
    assert named["chance"] == pytest.approx(0.95 / (8 - 0.95))


def test_every_view_is_drawn(tmp_path: Path) -> None:
    rows = [
        (selection, fraction, ability, n, 10, 0.1 * n, 0.01)
        for selection, fraction in (
            ("top", "0.1"),
            ("top", "0.2"),
            ("core", "0.1"),
            ("core", "0.2"),
        )
        for n in (2, 4)
        for ability in ("x", "y")
    ]
    targets = [tmp_path / "s.png", tmp_path / "s.svg"]
    draw_stability(pd.DataFrame(rows, columns=COLUMNS), "m", targets)
    first = [target.read_bytes() for target in targets]
    draw_stability(pd.DataFrame(rows, columns=COLUMNS), "m", targets)
    assert [target.read_bytes() for target in targets] == first


def test_each_half_goes_through_the_run_s_own_stages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = write_items(tmp_path, x=9, y=20)
    used: list[dict[str, set[str]]] = []
    selections: set[str] = set()

    def compute(_: Scoring, train: TrainItems, targets: Mapping[str, Path], **_more: Any) -> None:
        assert train.limit is None
        ids = {n: [json.loads(line)["id"] for line in p.open()] for n, p in train.files.items()}
        used.append({name: set(own) - set(train.exclude[name]) for name, own in ids.items()})
        for path in targets.values():
            write_tensors(path, {"w": torch.ones(4)}, {})

    def select(
        importances: Mapping[str, Path],
        targets: Mapping[Ablation, Path], **_: Any,
    ) -> None:  # fmt: skip
        (selection,) = {own.selection for own in targets}
        assert set(importances) == {"x", "y"}
        selections.add(selection)
        # The first half's mask is {0, 1}, the second's {1, 2}.
        start = (len(used) - 1) % 2
        for path in targets.values():
            write_mask(path, Mask({"w": torch.tensor([start, start + 1])}, {}))

    monkeypatch.setattr(masks, "compute_importance", compute)
    monkeypatch.setattr(masks, "select_masks", select)
    job = "benchprof.analysis.stability_job"
    monkeypatch.setattr(f"{job}.architecture_of", lambda _: None)
    monkeypatch.setattr(f"{job}.entry_counts", lambda *_: {"w": 4})
    csv = tmp_path / "out/stability.csv"
    measure_stability(
        Scoring(PreparedModel(tmp_path, "float32"), Scope("mlp"), "taylor", "all"),
        TrainItems(items, seed=3, limit=10, exclude={"x": ["x0"]}),
        rules={"top": Top(), "specific": Specific(definition="sum")}, fractions=["0.5"],
        drawing=Drawing("", csv, [tmp_path / "out/stability.png"]),
        store=Store(tmp_path / "store"),
    )  # fmt: skip
    # x has 8 items, y 10 of its 20: halves of 4 and 5; divided by 4, 2 and 1.
    sizes = [{name: len(own) for name, own in step.items()} for step in used[::2]]
    assert [(s["x"], s["y"]) for s in sizes] == [(1, 1), (2, 2), (4, 5)]
    for name in items:
        first, second = ([step[name] for step in used[half::2]] for half in (0, 1))
        assert not first[-1] & second[-1]
        for sets in (first, second):
            assert sets[0] < sets[1] < sets[2]
    assert "x0" not in used[-1]["x"] | used[-2]["x"]
    assert selections == {"top", "specific"}
    table = pd.read_csv(csv)
    assert len(table) == 3 * 2 * 2
    assert table["jaccard"].tolist() == pytest.approx([1 / 3] * 12, rel=1e-4)
    assert {path.name for path in csv.parent.iterdir()} == {"stability.csv", "stability.png"}


def write_items(folder: Path, **numbers: int) -> dict[str, Path]:
    """A file of so many items by ability."""
    items = {name: folder / f"{name}.jsonl" for name in numbers}
    for name, path in items.items():
        every = [Item(f"{name}{n}", "t", "", f"q{n}", ("a", "b"), 0) for n in range(numbers[name])]
        write_text(path, "".join(json.dumps(item.to_json()) + "\n" for item in every))
    return items
