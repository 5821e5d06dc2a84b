"""Shapes are those of the published models, without their weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.conftest import FAMILIES, ROOT, tiny_model
from tests.model_types import MORE, SMALL, tiny_configuration
from transformers import AutoModelForCausalLM, LlamaConfig

from benchprof.configuration import Folder, Hub
from benchprof.errors import InputError
from benchprof.importance.memory import activation_size
from benchprof.jobs.job import Size
from benchprof.models.anatomy import parameter_count, scope_weights
from benchprof.models.scope import Scope
from benchprof.plan.shape import architecture, model_shape
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
    size = model_shape(config, "bfloat16", Scope("mlp"), True).size
    assert (size.parameters, size.weights, size.in_scope) == (parameters, 2 * parameters, mlp)
    of_four = model_shape(config, "bfloat16", Scope("mlp", (0, 3)), True).size
    assert of_four.in_scope == 4 * mlp // config.num_hidden_layers


@pytest.mark.parametrize(
    ("configuration", "model", "parameters"),
    [
        ("config/small.yaml", "smollm2-135m-instruct", 134_515_008),
        ("config.yaml", "qwen25-coder-15b-instruct", 1_777_088_000),
    ],
)
def test_the_models_of_ggufs_are_shipped_too(
    configuration: str, model: str, parameters: int
) -> None:
    """As many weights as the prepared files have; Qwen's GGUF has a head beside its embedding."""
    source = read_run([ROOT / configuration]).configuration.models[model].source
    config = architecture(model, source, NOWHERE)
    assert model_shape(config, "float32", Scope("mlp"), False).size.parameters == parameters


def test_a_small_llama_by_hand() -> None:
    config = FAMILIES["llama"]()
    shape = model_shape(config, "float32", Scope("attention", (1, 1)), False)
    # A layer: q and o 16x16, mask fraction and v 16x8; gate, up and down 16x24; two norms of 16.
    # Embedding and head 259x16, and the last norm.
    assert shape.size == Size(2 * (768 + 1152 + 32) + 2 * 4144 + 16, 768, 4, False)
    assert (shape.passed, shape.units) == (2 * (768 + 1152), 0)
    # Two layers of 24 neurons and two heads.
    assert model_shape(config, "float32", Scope("mlp", None, "neuron"), False).units == 2 * 26


@pytest.mark.parametrize("family", sorted(MORE))
def test_every_family_has_a_shape(family: str) -> None:
    model = tiny_model(family)
    config = tiny_configuration(family, SMALL)
    size = model_shape(config, "float32", Scope("all_layers"), False).size
    assert size.parameters == parameter_count(model)
    assert size.in_scope == sum(w.numel() for w in scope_weights(model, "all_layers").values())


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
