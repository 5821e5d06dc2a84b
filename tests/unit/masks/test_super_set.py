"""What breaks a neutral text is found exactly, and nothing where nothing breaks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT, byte_tokenizer
from torch.nn.functional import cross_entropy
from transformers import AutoConfig, AutoModelForCausalLM

from benchprof.data import NEUTRAL_TEXT
from benchprof.errors import InputError
from benchprof.masks.shares import Shares
from benchprof.masks.super_job import find_super
from benchprof.masks.super_set import SUPER_RISE, most_entries, most_losses, ranking_of, search
from benchprof.models.loading import load_model
from benchprof.models.mask import read_mask
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
from benchprof.store import Store
from benchprof.tensors import TensorFile, write_tensors

NEURONS, SUPER = 4000, 1234
DOWN = "model.layers.0.mlp.down_proj.weight"
LATER = "model.layers.1.mlp.down_proj.weight"
SHAPES = {"gate": (NEURONS, 16), "up": (NEURONS, 16), "down": (16, NEURONS)}
ORIGIN: dict[str, Any] = {
    "model": "m", "unit": "neuron", "scope": "mlp", "layers": None, "score": "taylor_abs",
    "loss_on": "answer", "against": None, "dtype": "float32", "code": "c",
}  # fmt: skip


def test_a_super_set_is_a_thousandth_of_all_at_most() -> None:
    sizes = (100, 46_080, 1_024_000, 85_000_000)
    assert list(map(most_entries, sizes)) == [1, 46, 1024, 1024]


def write(path: Path, scores: dict[str, list[float]]) -> TensorFile:
    write_tensors(path, {name: torch.tensor(own) for name, own in scores.items()}, {})
    return TensorFile(path)


def test_the_ranking_is_by_the_mean_share_whatever_its_sign(tmp_path: Path) -> None:
    # Sums of absolute values are 10 and 1. Means: p 0.3, 0.35, 0, 0.05; q 0.05, 0.25.
    files = {
        "a": write(tmp_path / "a", {"p": [-6.0, 2, 0, 1], "q": [1.0, 0]}),
        "b": write(tmp_path / "b", {"p": [0.0, 0.5, 0, 0], "q": [0.0, -0.5]}),
    }
    ranking = ranking_of(Shares.of_files(files), 5)
    assert ranking.order == [("p", 1), ("p", 0), ("q", 1), ("p", 3), ("q", 0)]
    first = {name: indices.tolist() for name, indices in ranking.first(4).items()}
    assert first == {"p": [0, 1, 3], "q": [1]}
    assert ranking.first(1)["p"].dtype == torch.int32
    assert ranking.first(0) == {}


@given(st.lists(st.floats(0, 0.6), min_size=1, max_size=60))
def test_bisection_finds_what_trying_every_number_finds(steps: list[float]) -> None:
    losses = np.cumsum([3.0, *steps])
    tried: list[int] = []

    def loss_of(count: int) -> float:
        tried.append(count)
        return float(losses[count])

    found = search(len(steps), loss_of)
    harmful = [n for n in range(1, len(losses)) if losses[n] - losses[0] >= SUPER_RISE]
    assert found.count == min(harmful, default=0)
    assert len(tried) == len(set(tried)) == len(found.losses) <= most_losses(len(steps))


def test_a_loss_that_is_no_number_is_harmful() -> None:
    assert search(8, lambda count: float("nan") if count > 2 else 1.0).count == 3


def reading_model(folder: Path, planted: bool) -> Path:
    """A model that knows which bytes texts have: by one neuron of its first layer, if planted.

    Coordinate 0 of every embedding is 1, which one neuron of 4,000 turns into coordinate 1. The
    head reads there whether a byte occurs in texts, and noise at coordinate 0. All other neurons
    write next to nothing.
    """
    torch.manual_seed(0)
    config = AutoConfig.for_model(
        "llama", hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=NEURONS, vocab_size=259, max_position_embeddings=300,
        tie_word_embeddings=False, bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    model = AutoModelForCausalLM.from_config(config)
    used = sorted(set(byte_tokenizer(chat=False)(NEUTRAL_TEXT.read_text())["input_ids"]))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=1e-3)
        layer = model.model.layers[0].mlp
        model.model.embed_tokens.weight[:, 0] = 1
        layer.gate_proj.weight[SUPER, 0] = layer.up_proj.weight[SUPER, 0] = 1
        layer.down_proj.weight[:, SUPER] = 0
        layer.down_proj.weight[1, SUPER] = 10.0 * planted
        model.lm_head.weight[:, 0].normal_(std=1)
        model.lm_head.weight[:, 1] = -2
        model.lm_head.weight[used, 1] = 2
    model.save_pretrained(folder)
    byte_tokenizer(chat=True).save_pretrained(folder)
    return folder


def scores_of(unit: str, first: Sequence[tuple[str, int]]) -> dict[str, torch.Tensor]:
    """Scores in which some entries are the highest, from the first down."""
    names = [f"model.layers.{n}.mlp.{part}_proj.weight" for n in (0, 1) for part in SHAPES]
    if unit == "neuron":
        scores = {name: torch.rand(NEURONS) for name in (DOWN, LATER)}
    else:
        scores = {name: torch.rand(SHAPES[name.split(".")[4][:-5]]) for name in sorted(names)}
    for place, (name, index) in enumerate(first):
        scores[name].view(-1)[index] = 1000.0 / (1 + place)
    return scores


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., Path]:
    """Finds the super set of a model; gives the folder of its files."""
    store = Store(tmp_path / "store")

    def find(
        planted: bool, unit: str = "neuron", first: Sequence[tuple[str, int]] = ((DOWN, SUPER),)
    ) -> Path:
        torch.manual_seed(1)
        own = tmp_path / f"own-{planted}"
        if not own.is_dir():
            prepare_model({"folder": str(reading_model(own, planted))}, tmp_path / "model", store)
        paths = {}
        for ability in ("a", "b"):
            paths[ability] = tmp_path / f"{ability}.safetensors"
            scores = scores_of(unit, first)
            write_tensors(paths[ability], scores, ORIGIN | {"unit": unit, "examples": ability})
        find_super(
            PreparedModel(tmp_path / "model", "float32"), paths, NEUTRAL_TEXT,
            tmp_path / "super.safetensors", tmp_path / "super.csv", store,
        )  # fmt: skip
        return tmp_path

    return find


def loss_without(folder: Path, units: list[tuple[str, int]]) -> float:
    """The loss of the text, nats a token, with columns of weights zeroed by hand."""
    model = load_model(PreparedModel(folder / "model", "float32"))
    ids = byte_tokenizer(chat=False)(NEUTRAL_TEXT.read_text())["input_ids"][:300]
    with torch.no_grad():
        for name, unit in units:
            model.get_parameter(name)[:, unit] = 0
        logits = model(torch.tensor([ids])).logits[0, :-1]
        return float(cross_entropy(logits, torch.tensor(ids[1:])))


def test_a_planted_super_neuron_is_found_and_nothing_else(found: Callable[..., Path]) -> None:
    folder = found(planted=True)
    mask = read_mask(folder / "super.safetensors")
    assert {name: own.tolist() for name, own in mask.entries.items()} == {DOWN: [SUPER]}
    assert (mask.unit, mask.origin["n"], mask.origin["threshold"]) == ("neuron", 1, SUPER_RISE)
    intact, without = loss_without(folder, []), loss_without(folder, [(DOWN, SUPER)])
    assert mask.origin["loss"] == pytest.approx(intact, rel=1e-4)
    assert mask.origin["loss_without"] == pytest.approx(without, rel=1e-4)
    assert without - intact > 2
    table = pd.read_csv(folder / "super.csv")
    assert table["n"].tolist() == [0, 1]
    assert table["rise"].tolist() == pytest.approx([0, without - intact], rel=1e-4)


def test_what_ranks_above_the_planted_neuron_is_in_the_set(found: Callable[..., Path]) -> None:
    ranking = [(LATER, 5), (DOWN, 7), (LATER, 99), (DOWN, 3999), (DOWN, SUPER), (LATER, 0)]
    folder = found(planted=True, first=ranking)
    losses = [loss_without(folder, ranking[:n]) for n in range(6)]
    # Each number tried by hand: the fifth is the first that breaks the text.
    assert [loss - losses[0] >= SUPER_RISE for loss in losses] == [False] * 5 + [True]
    mask = read_mask(folder / "super.safetensors")
    assert {name: own.tolist() for name, own in mask.entries.items()} == {
        DOWN: [7, SUPER, 3999], LATER: [5, 99]
    }  # fmt: skip
    # Of 8,000 neurons 8 at most: 1, 2, 4, 8, then 6 and 5.
    assert pd.read_csv(folder / "super.csv")["n"].tolist() == [0, 1, 2, 4, 5, 6, 8]


def test_a_planted_super_weight_is_found(found: Callable[..., Path]) -> None:
    # Row 1, which the head reads, of the neuron's column.
    entry = 1 * NEURONS + SUPER
    folder = found(planted=True, unit="weight", first=[(DOWN, entry)])
    entries = read_mask(folder / "super.safetensors").entries
    assert {name: own.tolist() for name, own in entries.items()} == {DOWN: [entry]}


def test_a_model_without_one_has_an_empty_set(found: Callable[..., Path]) -> None:
    folder = found(planted=False)
    mask = read_mask(folder / "super.safetensors")
    assert mask.entries == {}
    assert mask.origin["n"] == 0
    assert mask.origin["loss_without"] == mask.origin["loss"]
    assert pd.read_csv(folder / "super.csv")["n"].tolist() == [0, 1, 2, 4, 8]


def test_a_set_in_the_store_is_not_measured_again(
    found: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = found(planted=True)
    files = [folder / f"super.{form}" for form in ("safetensors", "csv")]
    before = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    monkeypatch.setattr("benchprof.masks.super_job.load_model", lambda _: pytest.fail("loaded"))
    found(planted=True)
    assert [path.read_bytes() for path in files] == before


def test_a_model_that_reads_nothing_is_refused(
    found: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(prepared: PreparedModel) -> Any:
        model = load_model(prepared)
        model.get_parameter("lm_head.weight").fill_(float("nan"))
        return model

    monkeypatch.setattr("benchprof.masks.super_job.load_model", broken)
    with pytest.raises(InputError, match=r"a loss of nan of .*neutral\.txt; expected a finite"):
        found(planted=True)


def test_the_neutral_text_is_part_of_no_item() -> None:
    text = NEUTRAL_TEXT.read_text(encoding="utf-8")
    sentences = [own.strip() for own in text.replace("\n", " ").split(". ") if own.strip()]
    assert len(text.split()) > 300
    items = [path.read_text(encoding="utf-8") for path in (ROOT / "resources").rglob("*.jsonl")]
    assert len(items) > 60
    assert not [own for own in sentences if any(own in file for file in items)]
