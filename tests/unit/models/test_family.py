"""The adapter of each family finds the projections, and nothing else."""

from __future__ import annotations

import pytest
import torch
from tests import conftest
from torch import nn
from transformers import MixtralConfig, MixtralForCausalLM, OPTConfig, OPTForCausalLM

from benchprof.errors import InputError
from benchprof.models.family import MASKED, parameter_count, scope_weights


@pytest.mark.parametrize("family", MASKED)
def test_the_scopes_are_the_matrices_of_the_layers(family: str) -> None:
    """Independently: every matrix inside the decoder layers belongs to mlp or to attention."""
    model = conftest.tiny_model(family)
    matrices = {
        name
        for name, parameter in model.named_parameters()
        if parameter.dim() == 2 and any(part.isdigit() for part in name.split("."))
    }
    mlp, attention = scope_weights(model, "mlp"), scope_weights(model, "attention")
    assert not set(mlp) & set(attention)
    assert set(mlp) | set(attention) == matrices == set(scope_weights(model, "all_layers"))
    assert all("mlp" in name for name in mlp)
    parameters = dict(model.named_parameters())
    assert all(parameters[name] is weight for name, weight in mlp.items())


def test_a_range_of_layers() -> None:
    model = conftest.tiny_model("llama")
    whole = scope_weights(model, "mlp")
    second = scope_weights(model, "mlp", [1, 1])
    assert list(second) == [name for name in whole if ".layers.1." in name]
    assert len(second) == 3
    with pytest.raises(InputError, match=r"layers: \[1, 2\]; expected layers from 0 to 1"):
        scope_weights(model, "mlp", [1, 2])


def test_an_unknown_family_is_told_what_was_found() -> None:
    model = OPTForCausalLM(
        OPTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, ffn_dim=8,
                  vocab_size=11, word_embed_proj_dim=8, max_position_embeddings=8)
    )  # fmt: skip
    with pytest.raises(InputError) as raised:
        scope_weights(model, "mlp")
    message = str(raised.value)
    assert "'opt'" in message
    assert "model.decoder.layers.{layer}.fc1 (x1)" in message
    assert "Add its layers and projections to FAMILIES" in message


def test_an_unknown_family_s_experts_are_shown() -> None:
    """Their weights are parameters of three dimensions, not modules with a weight."""
    model = MixtralForCausalLM(
        MixtralConfig(hidden_size=8, num_hidden_layers=2, num_attention_heads=1, vocab_size=11,
                      num_key_value_heads=1, intermediate_size=6, num_local_experts=3)
    )  # fmt: skip
    with pytest.raises(InputError) as raised:
        scope_weights(model, "mlp")
    message = str(raised.value)
    assert "model.layers.{layer}.mlp.experts.down_proj (x2, each 3x8x6)" in message
    assert "model.layers.{layer}.mlp.experts.gate_up_proj (x2, each 3x12x8)" in message
    assert "model.layers.{layer}.mlp.gate (x2)" in message


def test_a_missing_projection_is_named() -> None:
    model = conftest.tiny_model("llama")
    del model.model.layers[1].mlp.up_proj
    with pytest.raises(InputError, match=r"no module model\.layers\.1\.mlp\.up_proj"):
        scope_weights(model, "mlp")


def test_tied_parameters_count_once() -> None:
    tied = nn.Module()
    tied.a = tied.b = nn.Parameter(torch.zeros(3))
    assert parameter_count(tied) == 3
