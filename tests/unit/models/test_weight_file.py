"""A file that is filled weight by weight is the one that safetensors writes of all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from tests.conftest import FAMILIES, tiny_model
from transformers import AutoModelForCausalLM, PreTrainedModel

from benchprof.models.loading import load_model
from benchprof.models.prepared import PreparedModel
from benchprof.models.weight_file import WeightFile


def empty(model: PreTrainedModel, dtype: torch.dtype) -> PreTrainedModel:
    with torch.device("meta"):
        made: PreTrainedModel = AutoModelForCausalLM.from_config(model.config, dtype=dtype)
    return made


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_file_is_that_of_safetensors_and_loads(
    family: str, dtype: torch.dtype, tmp_path: Path
) -> None:
    model = tiny_model(family)
    model.config.save_pretrained(tmp_path)
    file = tmp_path / "model.safetensors"
    weights = WeightFile(file, empty(model, dtype))
    every = model.state_dict()
    # Backwards: the order in which they come changes nothing.
    for name in reversed(every):
        weights[name] = every[name]
    assert not any(weights.report().values())
    rounded = {name: every[name].to(dtype) for name in weights}
    assert file.read_bytes() == save(rounded, {"format": "pt"})
    loaded = load_model(PreparedModel(tmp_path, str(dtype).removeprefix("torch."))).state_dict()
    assert all(torch.equal(loaded[name], every[name].to(dtype)) for name in every)


def test_ties_are_rounded_to_even(tmp_path: Path) -> None:
    """bfloat16 has 7 bits behind the point: 1 + 2**-8 lies half-way between two of its numbers."""
    model = tiny_model("llama")
    weights = WeightFile(tmp_path / "model.safetensors", empty(model, torch.bfloat16))
    name = "model.norm.weight"
    values = torch.ones_like(model.state_dict()[name])
    values[:3] = torch.tensor([1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-20])
    weights[name] = values
    assert weights[name][:4].tolist() == [1, 1 + 2**-6, 1 + 2**-7, 1]


def test_a_part_of_a_weight_can_be_written(tmp_path: Path) -> None:
    """As transformers joins the experts of a GGUF."""
    model = tiny_model("llama")
    weights = WeightFile(tmp_path / "model.safetensors", empty(model, torch.bfloat16))
    name = "model.layers.0.mlp.up_proj.weight"
    weights[name] = torch.zeros(24, 16)
    weights[name].narrow(0, 12, 12).copy_(torch.full((12, 16), 1 + 2**-9))
    assert weights[name].sum() == 12 * 16


def test_what_differs_from_the_model_is_reported(tmp_path: Path) -> None:
    model = tiny_model("llama")
    weights = WeightFile(tmp_path / "model.safetensors", empty(model, torch.float32))
    lacking, misshapen, *others = model.state_dict()
    for name in others:
        weights[name] = model.state_dict()[name]
    weights[misshapen] = torch.zeros(1, 2)
    weights["head.of.another"] = torch.zeros(1)
    expected = model.state_dict()[misshapen].shape
    assert weights.report() == {
        "missing_keys": {lacking},
        "unexpected_keys": {"head.of.another"},
        "mismatched_keys": {(misshapen, torch.Size([1, 2]), expected)},
    }
