"""Masks of a signed score hold what scores above zero, and random masks are as large as they."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from benchprof.ablation import ALL_ABILITIES, Ablation
from benchprof.analysis.overlap import overlap_of
from benchprof.errors import InputError
from benchprof.masks.job import Classes, draw_controls, select_masks
from benchprof.masks.rule import Contrastive, Selection, Top
from benchprof.models.mask import Mask, read_mask
from benchprof.replication.masks import select_from
from benchprof.tensors import write_tensors

ORIGIN: dict[str, Any] = {
    "model": "m", "unit": "head", "scope": "attention", "layers": None, "score": "knock_out",
    "loss_on": "option_cross_entropy", "against": None, "dtype": "float32", "code": "c",
}  # fmt: skip
HEADS, K, N = 20, "0.25", 5
RULES: list[tuple[str, Selection]] = [
    ("top", Top()),
    ("contrastive", Contrastive(definition="sum")),
]


@pytest.fixture(autouse=True)
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model has what is in scope and nothing else, so that the mask fraction is a share of
    that.
    """
    monkeypatch.setattr("benchprof.masks.job.whole_size", lambda folder, unit: HEADS)  # noqa: ARG005


def importance(folder: Path, ability: str, heads: dict[int, float]) -> Path:
    """As a Lasso leaves it: the scores of a few heads, all others 0."""
    scores = torch.zeros(HEADS)
    for head, score in heads.items():
        scores[head] = score
    write_tensors(folder / ability, {"w": scores}, ORIGIN | {"examples": ability})
    return folder / ability


def masks_of(
    folder: Path, selection: str, rule: Selection, scores: dict[str, dict[int, float]]
) -> dict[Ablation, Path]:
    files = {ability: importance(folder, ability, heads) for ability, heads in scores.items()}
    targets = {
        own: folder / f"{own.name}.mask" for own in (Ablation(a, selection, K) for a in files)
    }
    select_masks(folder, rule, files, targets)
    return targets


def heads_of(mask: Mask) -> list[int]:
    return mask.entries["w"].tolist() if mask.entries else []


@pytest.mark.parametrize(("selection", "rule"), RULES)
def test_two_masks_of_few_heads_share_none_of_the_first_layer(
    selection: str, rule: Selection, tmp_path: Path
) -> None:
    scores = {"a": {7: 3.0, 11: 1.0, 4: -2.0}, "b": {16: 2.0, 11: -1.0}}
    read = [read_mask(path) for path in masks_of(tmp_path, selection, rule, scores).values()]
    assert [heads_of(mask) for mask in read] == [[7, 11], [16]]
    assert [(m.origin["n"], m.origin["n_requested"]) for m in read] == [(2, N), (1, N)]


def test_random_masks_are_as_large_as_the_mask_they_are_matched_to(tmp_path: Path) -> None:
    few, many = {7: 3.0, 11: 1.0}, dict.fromkeys(range(10, 16), 1.0)
    masks = masks_of(tmp_path, *RULES[0], {"few": few, "many": many})
    drawn = [Ablation(owner, "top", K, seed=1) for owner in ("few", "many", ALL_ABILITIES)]
    targets = {own: tmp_path / f"{own.name}.mask" for own in drawn}
    draw_controls(Classes({"w": torch.zeros(HEADS, dtype=torch.uint8)}, {}), masks, targets)
    sizes = [read_mask(path).size for path in targets.values()]
    # The mean of 2 and 5, rounded down.
    assert sizes == [2, 5, 3]


@pytest.mark.parametrize(("selection", "rule"), [*RULES, ("core", Selection())])
def test_a_mask_of_nothing_is_refused(selection: str, rule: Selection, tmp_path: Path) -> None:
    scores = {"a": {7: 3.0}, "b": {3: -1.0}}
    with pytest.raises(InputError, match=rf"mask [ab]\.{selection}_0\.25: no head that scores"):
        masks_of(tmp_path, selection, rule, scores)


def test_where_a_mask_may_be_empty_the_others_are_made(tmp_path: Path) -> None:
    """Of half of the items, an ability may have no unit above zero: the other halves have."""
    files = {a: importance(tmp_path, a, own) for a, own in (("a", {7: 3.0}), ("b", {3: -1.0}))}
    targets = {own: tmp_path / own.name for own in (Ablation(a, "top", K) for a in files)}
    select_from(tmp_path, files, Top(), targets, None)
    assert [heads_of(read_mask(path)) for path in targets.values()] == [[7], []]
    one, none = (read_mask(path).entries for path in targets.values())
    sizes = {"w": HEADS}
    assert overlap_of(one, none, sizes) == (0, 0, 0)
    assert math.isnan(overlap_of(none, none, sizes).jaccard)


def test_what_matters_least_may_score_nothing(tmp_path: Path) -> None:
    masks = masks_of(tmp_path, "bottom", Selection(), {"a": {0: 1.0, 1: -1.0}})
    assert [heads_of(read_mask(path)) for path in masks.values()] == [[2, 3, 4, 5, 6]]
