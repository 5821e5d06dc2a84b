"""The weights of each scope are found by the modules that they belong to."""

from __future__ import annotations

import ast

import pytest
import torch
from tests.conftest import ROOT, tiny_model
from tests.model_types import MORE
from tests.pages import blocks
from torch import nn
from transformers import Conv1D, PretrainedConfig

from benchprof.errors import InputError
from benchprof.models import anatomy
from benchprof.models.anatomy import (
    anatomy_of,
    experts_a_token,
    parameter_count,
    passed_size,
    scope_weights,
)

EXCLUDED = {
    "gate.weight",
    "router.weight",
    "gate_up_proj_bias",
    "down_proj_bias",
    "shared_expert_gate.weight",
    "per_layer_input_gate.weight",
    "per_layer_projection.weight",
    "correction_coefs.weight",
    "prediction_coefs.weight",
    "modality_router.weight",
    "linear_left.weight",
    "linear_right.weight",
    "A_log",
    "input_gate_bias",
    "recurrent_gate_bias",
}
"""Ends of names of what has two sides and is never in scope: routers of experts, biases of experts,
a layer's inputs and residuals of its own, the decay of a state space."""


@pytest.mark.parametrize("model_type", MORE)
def test_every_weight_of_a_layer_has_one_part_or_is_excluded(model_type: str) -> None:
    """Independently: what two sides longer than one, and no vector's use, is counted or named."""
    model = tiny_model(model_type)
    own = anatomy_of(model)
    found = [name for part in own.weights.values() for name in part]
    assert len(found) == len(set(found))
    inside = {
        name: weight
        for name, weight in model.named_parameters()
        if name.startswith(f"{own.layers}.") and sum(side > 1 for side in weight.shape) > 1
    }
    left = {".".join(name.split(".")[-2:]) for name in inside.keys() - set(found)}
    assert all(any(name.endswith(end) for end in EXCLUDED) for name in left), left
    for part, weights in own.weights.items():
        assert scope_weights(model, part) == weights
        assert own.sizes[part] == sum(weight.numel() for weight in weights.values())


@pytest.mark.parametrize(
    ("model_type", "line"),
    [
        # Attention and a state space (in, kernel, out) side by side in each layer.
        ("falcon_h1", "2 layers: 6 MLP matrices, 8 attention matrices, 6 mixer tensors"),
        # The shared expert's three matrices are MLP; linear attention has four.
        ("qwen3_next", "3 layers: 9 MLP matrices, 4 attention matrices, 8 mixer tensors, "
                       "6 tensors of experts; never in scope: mlp.gate.weight, "
                       "mlp.shared_expert_gate.weight"),
        # The first layer is dense; shared experts in the second.
        ("deepseek_v3", "2 layers: 6 MLP matrices, 10 attention matrices, 2 tensors of experts; "
                        "never in scope: mlp.gate.weight"),
    ],
)  # fmt: skip
def test_one_line_says_what_was_found(model_type: str, line: str) -> None:
    assert str(anatomy_of(tiny_model(model_type))) == line


def test_a_range_of_layers() -> None:
    model = tiny_model("llama")
    whole = scope_weights(model, "mlp")
    second = scope_weights(model, "mlp", [1, 1])
    assert list(second) == [name for name in whole if ".layers.1." in name]
    assert len(second) == 3
    with pytest.raises(InputError, match=r"layers: \[1, 2\]; expected layers from 0 to 1"):
        scope_weights(model, "mlp", [1, 2])


def test_a_scope_that_a_model_has_not_is_refused_with_those_it_has() -> None:
    with pytest.raises(InputError, match="experts, of which llama has nothing") as raised:
        scope_weights(tiny_model("llama"), "experts")
    assert "one of mlp, attention, all_layers" in str(raised.value)
    with pytest.raises(InputError, match="mixer, of which lfm2 has nothing in layers 1 to 1"):
        scope_weights(tiny_model("lfm2"), "mixer", [1, 1])


def test_a_weight_whose_modules_say_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_model("llama")
    model.model.layers[1].oracle = nn.Linear(3, 2)
    with pytest.raises(InputError) as raised:
        scope_weights(model, "mlp")
    message = str(raised.value)
    assert "'llama'" in message
    assert "the modules of model.layers.1.oracle.weight do not say" in message
    assert "model.layers.{layer}.mlp.up_proj.weight (x2)" in message
    assert "EXCEPTIONS in benchprof/models/anatomy.py" in message
    monkeypatch.setitem(anatomy.EXCEPTIONS, "llama", {"oracle": "mixer"})
    assert list(scope_weights(model, "mixer")) == ["model.layers.1.oracle.weight"]
    monkeypatch.setitem(anatomy.EXCEPTIONS, "llama", {"oracle": ""})
    assert "mixer" not in anatomy_of(model).weights


class KimiLinearDecoderLayer(nn.Module):
    """Linear attention whose name begins as the layer's, once below a name that says norm."""

    def __init__(self) -> None:
        super().__init__()
        self.mixing = KimiLinearDeltaAttention()
        self.norm_attn_norm = KimiLinearDeltaAttention()
        self.input_norm = nn.Linear(3, 3)


class KimiLinearDeltaAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q_proj = nn.Linear(3, 3)


def test_families_names_are_cut_where_a_word_begins() -> None:
    model = tiny_model("llama")
    model.model.layers[1] = KimiLinearDecoderLayer()
    found = anatomy_of(model)
    own = "model.layers.1."
    assert set(found.weights["mixer"]) == {
        own + "mixing.q_proj.weight", own + "norm_attn_norm.q_proj.weight"
    }  # fmt: skip
    assert found.outside == ("input_norm.weight",)


def test_attention_of_a_layer_of_linear_attention_is_a_mixer() -> None:
    model = tiny_model("llama")
    model.config.layer_types = ["full_attention", "linear_attention"]
    assert {name.split(".")[2] for name in scope_weights(model, "attention")} == {"0"}
    assert {name.split(".")[2] for name in scope_weights(model, "mixer")} == {"1"}


def test_a_projection_with_one_input_is_a_matrix() -> None:
    model = tiny_model("llama")
    model.model.layers[0].mlp.extra = nn.Linear(1, 5)
    model.model.layers[1].mlp.extra = Conv1D(5, 1)
    model.model.layers[1].mlp.mixing = nn.Parameter(torch.zeros(1, 1, 9))
    extra = [name for name in scope_weights(model, "mlp") if "extra" in name or "mixing" in name]
    assert extra == [f"model.layers.{layer}.mlp.extra.weight" for layer in (0, 1)]


def test_a_token_passes_the_experts_that_it_is_sent_to() -> None:
    """By hand: 16 wide, two heads of 8 that share a key head; four experts of 24, two a token."""
    model = tiny_model("mixtral")
    attention = 2 * 16 * 16 + 2 * 8 * 16
    experts = 4 * (2 * 24 * 16 + 16 * 24)
    assert anatomy_of(model).sizes == {
        "attention": 2 * attention, "experts": 2 * experts, "all_layers": 2 * (attention + experts)
    }  # fmt: skip
    assert experts_a_token(model) == 2
    assert passed_size(model) == 2 * (attention + experts // 2)
    model.config = PretrainedConfig()
    assert experts_a_token(model) == 4, "all where nothing says how many"
    assert passed_size(tiny_model("llama")) == anatomy_of(tiny_model("llama")).sizes["all_layers"]


def test_tied_parameters_count_once() -> None:
    tied = nn.Module()
    tied.a = tied.b = nn.Parameter(torch.zeros(3))
    assert parameter_count(tied) == 3


def test_the_page_s_line_for_mamba_is_in_the_code() -> None:
    (block,) = blocks(ROOT / "docs/how_to/model.md", "python")
    assert ast.literal_eval(f"{{{block.code}}}").items() <= anatomy.EXCEPTIONS.items()
