"""Own gradients of several examples in one pass are those of one backward pass an example."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from accelerate import dispatch_model
from tests.conftest import tiny_model
from tests.model_types import CORE
from tests.unit.importance.conftest import choice, text

from benchprof.importance import item_gradients
from benchprof.importance.example import Example
from benchprof.importance.gradients import gradient_scores
from benchprof.importance.item_gradients import InseparableError, item_gradient_scores
from benchprof.importance.memory import Memory
from benchprof.importance.scores import score_weights
from benchprof.models.anatomy import scope_weights
from benchprof.models.linear import GradientLinear
from benchprof.models.placement import placement

ROOM = Memory(most_tokens=200)
Scores = dict[str, torch.Tensor]


EXAMPLES = [text([5, 9, 12, 33, 20, 18], 2), text([8, 8, 100], 1), text([5, 40, 41, 42, 7], 3)]
CHOICES = [
    choice([7, 30, 41, 52, 60], [71, 72], [81], [91, 92, 93]),
    choice([7, 30, 41, 52, 61], [15], [18, 19], [20]),
    choice([9, 3], [15, 16], [18]),
]


def scored(
    function: Any, model: Any, examples: list[Example], score: str, memory: Memory, scope: str
) -> Scores:
    weights = scope_weights(model, scope)
    found: Scores = function(model, weights, examples, score, lambda _: None, memory)
    return found


def assert_same(found: Scores, expected: Scores, relative: float = 1e-4) -> None:
    assert found.keys() == expected.keys()
    for name, own in expected.items():
        assert own.any(), name
        bound = relative * float(own.max())
        torch.testing.assert_close(found[name], own, rtol=relative, atol=bound)


@pytest.mark.parametrize("examples", [EXAMPLES, CHOICES, EXAMPLES + CHOICES[:1]])
@pytest.mark.parametrize("family", CORE)
def test_as_of_a_pass_an_example(family: str, examples: list[Example]) -> None:
    """Also of choices, whose gradient is the sum over a context and its options before |.|."""
    model = tiny_model(family).requires_grad_(False)
    alone = scored(gradient_scores, model, examples, "taylor_abs", ROOM, "all_layers")
    together = scored(item_gradient_scores, model, examples, "taylor_abs", ROOM, "all_layers")
    assert_same(together, alone)


@pytest.mark.parametrize("memory", [Memory(1), Memory(7), Memory(200, on_host=True)])
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_checkpoints_small_blocks_and_places_change_nothing(
    family: str, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny_model(family).requires_grad_(True)
    expected = scored(gradient_scores, model, EXAMPLES, "taylor_abs", ROOM, "mlp")
    model.zero_grad()
    # Blocks of three rows, which divide no tensor.
    monkeypatch.setattr(item_gradients, "BLOCK", 3 * 64 + 1)
    found = scored(item_gradient_scores, model, EXAMPLES, "taylor_abs", memory, "mlp")
    assert_same(found, expected)
    assert all(own.grad is None and own.requires_grad for own in model.parameters())
    assert not any(own._forward_hooks or own._forward_pre_hooks for own in model.modules())


def test_several_examples_share_a_pass_and_no_weight_gets_a_gradient() -> None:
    model = tiny_model("llama").requires_grad_(False)
    rows: list[int] = []
    model.register_forward_pre_hook(
        lambda _, __, asked: rows.append(len(asked["input_ids"])), with_kwargs=True
    )
    model.requires_grad_(True)
    made: list[torch.Tensor] = []
    for weight in model.parameters():
        weight.register_post_accumulate_grad_hook(made.append)
    scored(item_gradient_scores, model, EXAMPLES, "taylor_abs", ROOM, "mlp")
    assert (rows, made) == ([3], [])


def test_hooks_of_a_model_on_several_devices_change_nothing() -> None:
    hooked = tiny_model("llama")
    places = dict.fromkeys(placement(hooked, 2), "cpu")
    hooked = dispatch_model(hooked, places, main_device="cpu", force_hooks=True)
    found, expected = (
        scored(item_gradient_scores, own, EXAMPLES, "taylor_abs", ROOM, "all_layers")
        for own in (hooked, tiny_model("llama"))
    )
    assert_same(found, expected, 1e-6)


def test_products_by_another_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where `speed_up_gradients` has replaced the layers."""
    model = tiny_model("llama")
    expected = scored(item_gradient_scores, model, EXAMPLES, "taylor_abs", ROOM, "mlp")
    monkeypatch.setattr("benchprof.models.linear._linear", torch.nn.functional.linear)
    for module in model.modules():
        if type(module) is torch.nn.Linear:
            module.__class__ = GradientLinear
    found = scored(item_gradient_scores, model, EXAMPLES, "taylor_abs", ROOM, "mlp")
    assert_same(found, expected)


@pytest.mark.parametrize(
    ("family", "scope"), [("mixtral", "experts"), ("falcon_h1", "mixer"), ("lfm2", "mixer")]
)
def test_what_no_module_applies_to_the_tokens_as_read_is_scored_as_ever(
    family: str, scope: str
) -> None:
    model = tiny_model(family).requires_grad_(False)
    with pytest.raises(InseparableError):
        scored(item_gradient_scores, model, EXAMPLES, "taylor_abs", ROOM, scope)
    weights = scope_weights(model, scope)
    found = score_weights(model, weights, EXAMPLES, [], "taylor_abs", lambda _: None, ROOM)
    expected = scored(gradient_scores, model, EXAMPLES, "taylor_abs", ROOM, scope)
    assert all(torch.equal(found[name], own) for name, own in expected.items())


def test_a_module_that_tokens_reach_in_another_shape_is_inseparable() -> None:
    """An expert that is a projection, and sees some of the tokens, is not taken for all of them."""
    model = tiny_model("llama").requires_grad_(False)
    mlp = model.model.layers[0].mlp
    whole = mlp.forward
    mlp.forward = lambda x: torch.cat([whole(x[:, :1]), whole(x[:, 1:])], dim=1)
    with pytest.raises(InseparableError, match=r"layers\.0\.mlp"):
        scored(item_gradient_scores, model, EXAMPLES, "taylor_abs", ROOM, "mlp")
