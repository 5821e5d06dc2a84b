"""Ablation zeroes exactly the mask's entries and leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.conftest import tiny_model
from tests.model_types import CORE, MORE
from torch import nn

from benchprof.errors import InputError
from benchprof.importance.example import Example
from benchprof.importance.levels import activation_means
from benchprof.models.ablation import Method, ablated, averaged, in_weights
from benchprof.models.anatomy import scope_weights
from benchprof.models.mask import Mask
from benchprof.models.scope import Scope
from benchprof.models.units import scored_weights, unit_projections


@pytest.fixture
def weights() -> dict[str, nn.Parameter]:
    # A negative zero and a subnormal: values that a subtract-and-add-back would not restore.
    return {
        "a": nn.Parameter(torch.tensor([[1.5, -0.0], [1e-45, 4.0]])),
        "b": nn.Parameter(torch.tensor([5.0, 6.0]).to(torch.bfloat16)),
    }


MASK = Mask({"a": torch.tensor([0, 1, 2]), "b": torch.tensor([1])}, {"ability": "x"})


def bits(weights: dict[str, nn.Parameter]) -> dict[str, bytes]:
    return {n: w.detach().view(torch.uint8).numpy().tobytes() for n, w in weights.items()}


@pytest.mark.parametrize(
    ("method", "a", "b"),
    [
        ("zero", [[0.0, 0.0], [0.0, 4.0]], [5.0, 0.0]),
        # Means of the intact tensors: 5.5 / 4 and 11 / 2.
        ("mean", [[1.375, 1.375], [1.375, 4.0]], [5.0, 5.5]),
    ],
)
def test_entries_differ_inside_and_are_bit_exact_after(
    weights: dict[str, nn.Parameter], method: Method, a: list[list[float]], b: list[float]
) -> None:
    before = bits(weights)
    with ablated(weights, MASK, method):
        assert weights["a"].tolist() == a
        assert weights["b"].tolist() == b
    assert bits(weights) == before


@pytest.mark.parametrize("family", CORE)
@pytest.mark.parametrize("method", ["zero", "mean"])
def test_only_masked_entries_move_in_every_family(family: str, method: Method) -> None:
    model = tiny_model(family)
    weights = scope_weights(model, "all_layers")
    generator = torch.Generator().manual_seed(0)
    mask = Mask(
        {
            n: torch.randperm(w.numel(), generator=generator)[:7].sort().values
            for n, w in weights.items()
        },
        {},
    )
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    with ablated(weights, mask, method):
        for name, parameter in model.named_parameters():
            moved = torch.nonzero((parameter != before[name]).view(-1))[:, 0]
            assert torch.equal(moved, mask.entries.get(name, moved[:0])), name
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter.view(torch.int32), before[name].view(torch.int32)), name


def test_an_exception_leaves_nothing_behind(weights: dict[str, nn.Parameter]) -> None:
    before = bits(weights)
    with pytest.raises(KeyboardInterrupt), ablated(weights, MASK, "zero"):
        raise KeyboardInterrupt
    assert bits(weights) == before


@pytest.mark.parametrize(
    "entries", [{"c": torch.tensor([0])}, {"a": torch.tensor([0]), "b": torch.tensor([2])}]
)
def test_a_mask_of_another_model_changes_nothing(
    weights: dict[str, nn.Parameter], entries: dict[str, torch.Tensor]
) -> None:
    before = bits(weights)
    with (
        pytest.raises(InputError, match="not in the model's scope"),
        ablated(weights, Mask(entries, {}), "zero"),
    ):
        pass
    assert bits(weights) == before


def test_the_digest_is_of_the_entries_alone() -> None:
    assert Mask(MASK.entries, {"ability": "y"}).digest == MASK.digest
    assert Mask({"a": torch.tensor([0, 1, 3])}, {}).digest != MASK.digest


def test_an_entry_beyond_2_to_the_31_is_in_scope_where_the_tensor_has_it() -> None:
    size = (1 << 31) + 8
    weights = {"w": nn.Parameter(torch.empty(size, device="meta"))}
    with ablated(weights, Mask({"w": torch.tensor([1, size - 1])}, {}), "zero"):
        pass
    with (
        pytest.raises(InputError, match=f"entry {size} of w is not in the model's scope"),
        ablated(weights, Mask({"w": torch.tensor([1, size])}, {}), "zero"),
    ):
        pass


@pytest.mark.parametrize("family", ["llama", "gpt2"])
@pytest.mark.parametrize("unit", ["neuron", "head"])
def test_a_unit_is_all_that_its_features_are_multiplied_with(family: str, unit: str) -> None:
    """Zeroing it is the same as zeroing its features before the projection."""
    model, ids = tiny_model(family), torch.tensor([[5, 9, 12, 33, 20]])
    projections = unit_projections(model, unit)
    name, own = next(iter(projections.items()))
    mask = Mask({name: torch.tensor([1])}, {"ability": "x", "unit": unit})
    with ablated(scored_weights(model, Scope("mlp", unit=unit)), in_weights(model, mask), "zero"):
        zeroed = model(input_ids=ids).logits

    def silence(_: nn.Module, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
        features = inputs[0].clone()
        features[..., own.width : 2 * own.width] = 0
        return (features,)

    module = model.get_submodule(name.rpartition(".")[0])
    handle = module.register_forward_pre_hook(silence)
    expected = model(input_ids=ids).logits
    handle.remove()
    assert torch.allclose(zeroed, expected, atol=1e-5)
    assert not torch.allclose(model(input_ids=ids).logits, expected, atol=1e-5)


def test_a_mask_of_weights_stays_what_it_is() -> None:
    assert in_weights(tiny_model("llama"), MASK) is MASK


def test_a_unit_that_is_not_there_is_refused() -> None:
    name = "model.layers.0.mlp.down_proj.weight"
    mask = Mask({name: torch.tensor([24])}, {"ability": "x", "unit": "neuron"})
    with pytest.raises(InputError, match=f"neuron 24 of {name} is not in the model's scope"):
        in_weights(tiny_model("llama"), mask)


def test_the_same_numbers_of_another_unit_are_another_mask() -> None:
    entries = {"a": torch.tensor([1])}
    kinds = [Mask(entries, {"unit": unit}) for unit in ("weight", "neuron", "head")]
    assert len({mask.digest for mask in kinds}) == 3
    assert kinds[0].digest == Mask(entries, {}).digest


def test_numbers_of_units_are_not_taken_for_those_of_weights() -> None:
    model = tiny_model("llama")
    name = "model.layers.0.mlp.down_proj.weight"
    mask = Mask({name: torch.tensor([3])}, {"ability": "x", "unit": "neuron"})
    before = model.get_parameter(name).clone()
    with (
        pytest.raises(InputError, match="numbers of neurons; expected entries of weights"),
        ablated(scope_weights(model, "mlp"), mask, "zero"),
    ):
        pass
    assert torch.equal(model.get_parameter(name), before)


UNITED = sorted({*CORE} | {*MORE} & {"falcon", "bloom", "opt", "gptj", "qwen2_moe", "gemma4_text"})


def texts() -> list[Example]:
    """A background of two texts of different length."""
    ids = [[5, 9, 12, 33, 20, 18], [8, 8, 100]]
    return [Example(torch.tensor(own), torch.ones(len(own), dtype=torch.bool)) for own in ids]


def inputs_of(model: Any, name: str, ids: list[torch.Tensor]) -> torch.Tensor:
    """What a projection reads of all tokens of some texts, each read alone."""
    seen: list[torch.Tensor] = []
    module = model.get_submodule(name.rpartition(".")[0])
    handle = module.register_forward_pre_hook(lambda _, own: seen.append(own[0].flatten(0, -2)))
    for own in ids:
        model(own[None])
    handle.remove()
    return torch.cat(seen)


def state_of(model: Any) -> dict[str, bytes]:
    """The names and bits of all parameters."""
    return bits(dict(model.named_parameters()))


@pytest.mark.parametrize("unit", ["neuron", "head"])
@pytest.mark.parametrize("family", UNITED)
@torch.no_grad()
def test_a_unit_at_its_mean_is_its_features_replaced(family: str, unit: str) -> None:
    """By a hook before each projection, with means taken by another; all is as it was after."""
    model, ids = tiny_model(family), torch.tensor([[7, 9, 61, 33, 20]])
    projections = unit_projections(model, unit)
    means = activation_means(model, projections, texts())
    mask = Mask({name: torch.tensor([1]) for name in projections}, {"ability": "x", "unit": unit})
    before, intact = state_of(model), model(ids).logits
    with averaged(model, mask, means):
        found = model(ids).logits
    assert state_of(model) == before
    assert torch.equal(model(ids).logits, intact)

    handles = []
    for name, own in projections.items():
        by_hand = inputs_of(model, name, [text.ids for text in texts()]).mean(dim=0)
        assert torch.allclose(means[name], by_hand, atol=1e-5)
        features = torch.arange(own.units * own.width) // own.width == 1

        def replace(
            _: nn.Module, inputs: tuple[torch.Tensor], to: Any = by_hand, at: Any = features
        ) -> tuple[torch.Tensor]:
            return (torch.where(at, to, inputs[0]),)

        module = model.get_submodule(name.rpartition(".")[0])
        handles.append((module, replace))
    hooks = [module.register_forward_pre_hook(hook) for module, hook in handles]
    expected = model(ids).logits
    for hook in hooks:
        hook.remove()
    assert torch.allclose(found, expected, atol=1e-3)
    assert not torch.allclose(found, intact, atol=1e-2)


def test_an_error_under_means_leaves_nothing_behind() -> None:
    model = tiny_model("llama")
    means = activation_means(model, unit_projections(model, "head", [1, 1]), texts())
    (name,) = means
    before = state_of(model)
    mask = Mask({name: torch.tensor([0])}, {"ability": "x", "unit": "head"})
    with pytest.raises(KeyboardInterrupt), averaged(model, mask, means):
        assert state_of(model) != before
        raise KeyboardInterrupt
    assert state_of(model) == before
    assert model.get_submodule(name.removesuffix(".weight")).bias is None
    # Of a layer that has no means.
    other = Mask({name.replace("1", "0"): torch.tensor([0])}, mask.origin)
    with pytest.raises(InputError, match="not in the model's scope"), averaged(model, other, means):
        pass
    assert state_of(model) == before
