"""Shapes are those of the published models, without their weights."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from tests.conftest import FAMILIES, ROOT, tiny_model
from tests.model_types import MORE, SMALL, tiny_configuration
from transformers import AutoModelForCausalLM, LlamaConfig

from benchprof.errors import InputError
from benchprof.importance.memory import activation_size
from benchprof.models.anatomy import parameter_count, scope_weights
from benchprof.models.scope import Scope
from benchprof.plan.shape import architecture, model_shape
from benchprof.run.configuration import Folder, Hub
from benchprof.run.run import read_run

NOWHERE = Path("not_prepared")
COMMIT = "0" * 40


@pytest.mark.parametrize(
    ("hub", "parameters", "mlp"),
    [
        # As their publishers count them; the scope is layers x 3 matrices x hidden x intermediate.
        ("meta-llama/Llama-3.1-8B-Instruct", 8_030_261_248, 32 * 3 * 4096 * 14336),
        ("Qwen/Qwen2.5-7B-Instruct", 7_615_616_512, 28 * 3 * 3584 * 18944),
        ("mistralai/Mistral-7B-Instruct-v0.3", 7_248_023_552, 32 * 3 * 4096 * 14336),
    ],
)
def test_shipped_architectures(hub: str, parameters: int, mlp: int) -> None:
    config = architecture("m", Hub(hub=hub, revision=COMMIT), NOWHERE)
    shape = model_shape(config, "bfloat16", Scope("mlp"))
    assert shape.parameters == parameters
    assert shape.weight_bytes == 2 * parameters
    assert shape.scope_size == mlp
    assert model_shape(config, "bfloat16", Scope("mlp", (0, 3))).scope_size == 4 * mlp // (
        shape.dimensions.layers
    )


@pytest.mark.parametrize(
    ("configuration", "model", "parameters", "kept"),
    # Activations may take as many numbers as a small model's weights, and half as many as a large
    # model's.
    [
        ("config/smollm2.yaml", "smollm2-135m-instruct", 134_515_008, 134_217_728),
        ("config.yaml", "qwen25-coder-15b-instruct", 1_777_088_000, 888_544_000),
    ],
)
def test_the_models_of_ggufs_are_shipped_too(
    configuration: str, model: str, parameters: int, kept: int
) -> None:
    """As many weights as the prepared files have; Qwen's GGUF has a head beside its embedding."""
    source = read_run([ROOT / configuration]).configuration.models[model].source
    shape = model_shape(architecture(model, source, NOWHERE), "float32", Scope("mlp"))
    assert shape.parameters == parameters
    assert shape.most_tokens == kept // shape.activation


def test_a_small_llama_by_hand() -> None:
    shape = model_shape(FAMILIES["llama"](), "float32", Scope("attention", (1, 1)))
    # A layer: q and o 16x16, k and v 16x8; gate, up and down 16x24; two norms of 16.
    # Embedding and head 259x16, and the last norm.
    assert shape.parameters == 2 * (768 + 1152 + 32) + 2 * 4144 + 16
    assert sorted(shape.scope) == [128, 128, 256, 256]
    assert shape.projections == 2 * (768 + 1152)
    # Outputs of a layer's projections: 16 + 8 + 8 + 16 + 24 + 24 + 16, twice.
    assert shape.activation == 2 * 2 * 112
    assert shape.most_tokens == 12208 // 448
    # Keys and values of 2 layers, 1 head of 8, in float32.
    assert shape.dimensions.cache_bytes == 2 * 2 * 8 * 4


@pytest.mark.parametrize("family", sorted(MORE))
def test_every_family_has_a_shape(family: str) -> None:
    model = tiny_model(family)
    shape = model_shape(tiny_configuration(family, SMALL), "float32", Scope("all_layers"))
    assert shape.parameters == parameter_count(model)
    assert shape.scope_size == sum(w.numel() for w in scope_weights(model, "all_layers").values())


@pytest.mark.parametrize("kv_heads", [2, 8])
def test_activations_are_about_what_torch_keeps(kv_heads: int) -> None:
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=64, intermediate_size=192, num_hidden_layers=8, num_attention_heads=8,
        num_key_value_heads=kv_heads, vocab_size=100,
    )  # fmt: skip
    model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")
    model.requires_grad_(False)
    for weight in scope_weights(model, "mlp").values():
        weight.requires_grad_(True)
    parameters = {p.data_ptr() for p in model.parameters()}
    kept: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.data_ptr() not in parameters:
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes() // 4
        return tensor

    tokens = 50
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        # The last hidden states: logits stand apart in the estimate.
        states = model.model(torch.arange(tokens)[None]).last_hidden_state
    del states
    assert activation_size(model) * tokens == pytest.approx(sum(kept.values()), rel=0.25)


def test_an_unknown_architecture_says_what_to_do() -> None:
    with pytest.raises(InputError, match=r"models.mine: .*write who--knows.json"):
        architecture("mine", Hub(hub="who/knows", revision=COMMIT), NOWHERE)


def test_the_configuration_of_a_folder_is_read(tiny_folder: Path) -> None:
    config = architecture("mine", Folder(folder=str(tiny_folder)), NOWHERE)
    assert config.hidden_size == 16


def test_the_paper_s_models_are_shipped() -> None:
    text = (ROOT / "config/paper.yaml").read_text(encoding="utf-8")
    hubs = [line.split()[-1] for line in text.splitlines() if "hub:" in line]
    assert len(hubs) == 3
    for hub in hubs:
        assert architecture("m", Hub(hub=hub, revision=COMMIT), NOWHERE).vocab_size > 0


def test_shares_of_a_small_llama_by_hand() -> None:
    # A layer 1952, of them 1920 in projections (test above); embedding and head 4144; norm 16.
    # Of 12208 the first of three GPUs has those whose middle is below 4069: the embedding alone;
    # the layers' middles are 5120 and 7072, below 8138.
    shape = model_shape(FAMILIES["llama"](), "bfloat16", Scope("mlp"), gpus=3)
    first, second, third = shape.by_gpu
    assert [share.parameters for share in shape.by_gpu] == [4144, 2 * 1952, 4144 + 16]
    assert [share.weight_bytes for share in shape.by_gpu] == [8288, 7808, 8320]
    assert second.scope == (24 * 16,) * 6
    assert (first.scope, third.scope) == ((), ())
    assert [share.projections for share in shape.by_gpu] == [0, 2 * 1920, 0]
    assert [share.activation for share in shape.by_gpu] == [0, shape.activation, 0]
    assert [share.dimensions.cache_bytes for share in shape.by_gpu] == [0, 2 * 2 * 8 * 2, 0]
    assert [share.dimensions.vocabulary for share in shape.by_gpu] == [0, 0, 259]
    # The whole is as that of one GPU.
    alone = model_shape(FAMILIES["llama"](), "bfloat16", Scope("mlp"))
    assert dataclasses.replace(shape, shares=()) == alone
    assert alone.by_gpu == (alone,)


def test_shares_count_tied_parameters_once_and_the_layers_in_scope_alone() -> None:
    # Of GPT-2's layers the second alone is in scope.
    shape = model_shape(FAMILIES["gpt2"](), "float32", Scope("mlp", (1, 1)), gpus=2)
    assert sum(share.parameters for share in shape.by_gpu) == shape.parameters
    assert sum((share.scope for share in shape.by_gpu), ()) == shape.scope
    assert [share.dimensions.vocabulary for share in shape.by_gpu] == [259, 0]
