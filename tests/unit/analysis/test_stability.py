"""Masks of halves are compared as on paper."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import torch
from tests.unit.replication.test_masks import SCORING, Stages, items_in

from benchprof.ablation import Ablation
from benchprof.analysis.drawing import Drawing
from benchprof.analysis.stability import COLUMNS, stability_rows
from benchprof.analysis.stability_curve import draw_stability
from benchprof.analysis.stability_job import measure_stability
from benchprof.importance.items import TrainItems
from benchprof.masks.rule import Contrastive, Top
from benchprof.replication import masks
from benchprof.store import Store


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
        (selection, mask_fraction, ability, n, 10, 0.1 * n, 0.01)
        for selection, mask_fraction in (
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
    items, stages = items_in(tmp_path), Stages()
    monkeypatch.setattr(masks, "compute_importance", stages.compute)
    monkeypatch.setattr(masks, "select_masks", stages.select)
    job = "benchprof.analysis.stability_job"
    monkeypatch.setattr(f"{job}.architecture_of", lambda _: None)
    monkeypatch.setattr(f"{job}.entry_counts", lambda *_: {"w": 4})
    csv = tmp_path / "out/stability.csv"
    measure_stability(
        SCORING,
        TrainItems(items, seed=3, limit=10, exclude={"x": ["x0"]}),
        rules={"top": Top(), "contrastive": Contrastive(definition="sum")}, mask_fractions=["0.5"],
        drawing=Drawing("", csv, [tmp_path / "out/stability.png"]),
        store=Store(tmp_path / "store"),
    )  # fmt: skip
    # x has 8 items, y 10 of its 20: halves of 4 and 5; divided by 4, 2 and 1.
    used = [{name: {*own} for name, own in half.items()} for half in stages.used]
    sizes = [{name: len(own) for name, own in step.items()} for step in used[::2]]
    assert [(s["x"], s["y"]) for s in sizes] == [(1, 1), (2, 2), (4, 5)]
    for name in items:
        first, second = ([step[name] for step in used[half::2]] for half in (0, 1))
        assert not first[-1] & second[-1]
        for sets in (first, second):
            assert sets[0] < sets[1] < sets[2]
    assert "x0" not in used[-1]["x"] | used[-2]["x"]
    assert stages.selections == {"top", "contrastive"}
    table = pd.read_csv(csv)
    assert len(table) == 3 * 2 * 2
    assert table["jaccard"].tolist() == pytest.approx([1 / 3] * 12, rel=1e-4)
    assert {path.name for path in csv.parent.iterdir()} == {"stability.csv", "stability.png"}
