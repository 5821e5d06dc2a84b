"""Masks without the super set are those of importance in which it was never there."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchprof.ablation import Ablation
from benchprof.errors import InputError
from benchprof.masks import parts, threshold
from benchprof.masks.control import (
    count_strata,
    draw_control,
    leave_out,
    level_deciles,
    magnitude_deciles,
)
from benchprof.masks.job import select_masks
from benchprof.masks.remaining import Remaining, in_whole
from benchprof.masks.rule import Contrastive, Selection, Top
from benchprof.masks.selection import selected
from benchprof.models.mask import Mask, read_mask, write_mask
from benchprof.tensors import TensorFile, write_tensors

ABILITIES = ("a", "b", "c")
SIZES = {"p": (6, 10), "q": (30,), "r": (5, 8)}
LEFT_OUT = {"p": [0, 1, 17, 59], "r": [39]}
ORIGIN: dict[str, Any] = {
    "model": "m", "unit": "weight", "scope": "mlp", "layers": None, "score": "taylor",
    "loss_on": "answer", "against": None, "dtype": "float32", "code": "c",
}  # fmt: skip
RULES: list[tuple[str, Selection]] = [
    ("top", Top()),
    ("top", Top(within="chunk")),
    ("bottom", Selection()),
    ("core", Selection()),
    ("contrastive", Contrastive(definition="ratio", pool=3)),
    ("contrastive", Contrastive(definition="ratio", pool=4, in_top_of=2)),
    ("contrastive", Contrastive(definition="sum")),
]
COUNTS = {"0.05": 6, "0.2": 26}
"""Of 130 weights, of which 5 are left out."""


@pytest.fixture(autouse=True)
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model has what is in scope and nothing else, so that the mask fraction is a share of
    that.
    """
    monkeypatch.setattr("benchprof.masks.job.whole_size", lambda folder, unit: 130)  # noqa: ARG005


def scores_of(ability: str, signed: bool) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(sum(map(ord, ability)))
    scores = {name: torch.randn(size, generator=generator) for name, size in SIZES.items()}
    for name, indices in LEFT_OUT.items():
        # What is left out is high for all, and would be first in every ranking but `bottom`'s.
        scores[name].view(-1)[indices] += 50
    scores["r"].view(-1)[:8] = 0
    return scores if signed else {name: own.abs() for name, own in scores.items()}


SIGNED = [
    (name, rule, True) for name, rule in RULES if getattr(rule, "definition", None) != "ratio"
]
"""A quotient of numbers that may be negative is refused by the configuration."""


@pytest.mark.parametrize(
    ("selection", "rule", "signed"), [*((name, rule, False) for name, rule in RULES), *SIGNED]
)
def test_masks_are_those_of_importance_without_the_set(
    selection: str, rule: Selection, signed: bool, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(parts, "chunk_length", lambda *_: 23)
    kept: dict[str, list[int]] = {}
    for name, size in SIZES.items():
        whole = range(torch.Size(size).numel())
        kept[name] = [index for index in whole if index not in LEFT_OUT.get(name, ())]
    reduced = {}
    for ability in ABILITIES:
        scores = scores_of(ability, signed)
        write_tensors(tmp_path / ability, scores, ORIGIN | {"examples": ability})
        by_hand = {name: own.reshape(-1)[kept[name]] for name, own in scores.items()}
        write_tensors(tmp_path / f"{ability}-reduced", by_hand, ORIGIN)
        reduced[ability] = TensorFile(tmp_path / f"{ability}-reduced")
    set_of = {name: torch.tensor(own, dtype=torch.int32) for name, own in LEFT_OUT.items()}
    write_mask(tmp_path / "super", Mask(set_of, {"importance": {"a": ORIGIN}}))
    targets = {
        Ablation(ability, selection, mask_fraction): tmp_path / f"{ability}-{mask_fraction}"
        for ability, mask_fraction in product(ABILITIES, COUNTS)
    }
    select_masks(
        tmp_path, rule.model_copy(update={"without_super": True}),
        {ability: tmp_path / ability for ability in ABILITIES},
        targets, tmp_path / "super",
    )  # fmt: skip
    expected = dict(selected(selection, rule, reduced, list(COUNTS.values()), ABILITIES))
    for own, path in targets.items():
        mask = read_mask(path)
        found = {name: indices.tolist() for name, indices in mask.entries.items()}
        chosen = expected[own.ability][list(COUNTS).index(own.mask_fraction)]
        assert found == {name: [kept[name][i] for i in chosen[name].tolist()] for name in chosen}
        assert not any({*found.get(name, ())} & {*out} for name, out in LEFT_OUT.items())
        # the mask fraction is a share of all, with the set.
        assert mask.origin["n_requested"] == COUNTS[own.mask_fraction]
        assert mask.origin["whole"] == 130
        assert mask.origin["super"] == read_mask(tmp_path / "super").digest
        assert {indices.dtype for indices in mask.entries.values()} == {torch.int32}


def test_a_set_of_another_model_is_refused(tmp_path: Path) -> None:
    write_tensors(tmp_path / "a", scores_of("a", False), ORIGIN)
    other = ORIGIN | {"model": "n"}
    write_mask(tmp_path / "super", Mask({"q": torch.tensor([1])}, {"importance": {"a": other}}))
    with pytest.raises(InputError, match="super: model is n; expected m, as in"):
        select_masks(
            tmp_path, Top(), {"a": tmp_path / "a"},
            {Ablation("a", "top", "0.1"): tmp_path / "mask"}, tmp_path / "super",
        )  # fmt: skip


@given(st.data(), st.integers(1, 40))
def test_places_among_what_is_left_are_places_in_the_whole(data: st.DataObject, size: int) -> None:
    left_out = sorted(data.draw(st.sets(st.integers(0, size - 1), max_size=size - 1)))
    kept = [index for index in range(size) if index not in left_out]
    out = {"p": torch.tensor(left_out, dtype=torch.int32)} if left_out else {}
    chosen = torch.arange(len(kept), dtype=torch.int32)
    found = in_whole({"p": chosen, "q": chosen}, out)
    assert found["p"].tolist() == kept
    assert found["p"].dtype == torch.int32
    assert found["q"] is chosen


def test_what_is_left_of_a_file_is_read_without_the_rest(tmp_path: Path) -> None:
    scores = {"p": torch.arange(6.0).reshape(2, 3), "q": torch.arange(2.0)}
    write_tensors(tmp_path / "a", scores, ORIGIN)
    left_out = {"p": torch.tensor([0, 4, 5]), "q": torch.tensor([0, 1])}
    file = Remaining(tmp_path / "a", left_out)
    assert [file.tensor(name).tolist() for name in "pq"] == [[1, 2, 3], []]
    assert [file.size("p"), file.size("q"), file.total_size] == [3, 0, 3]
    assert file.entries("p", torch.tensor([2, 0])).tolist() == [3, 1]
    # A tensor of which nothing is left has no place in a mask.
    (top,) = threshold.largest(file.names, file.tensor, [3])
    assert {name: own.tolist() for name, own in top.items()} == {"p": [0, 1, 2]}
    assert Remaining(tmp_path / "a", {}).tensor("p").shape == (2, 3)


@pytest.mark.parametrize("of", [magnitude_deciles, level_deciles])
def test_controls_never_draw_the_set(of: Any) -> None:
    deciles = {"p": of(torch.arange(100.0))}
    left_out = {"p": torch.tensor([95, 99], dtype=torch.int32)}
    before = deciles["p"].clone()
    whole, deciles = deciles, leave_out(deciles, left_out)
    assert torch.equal(whole["p"], before)
    assert torch.equal(deciles["p"][:95], before[:95])
    # All of the last class but these two: nothing else can be drawn.
    entries = {"p": torch.tensor([90, 91, 92, 93, 94, 96, 97, 98], dtype=torch.int32)}
    for seed in range(5):
        control = draw_control(count_strata(entries, deciles), deciles, seed)
        assert control["p"].tolist() == entries["p"].tolist()
