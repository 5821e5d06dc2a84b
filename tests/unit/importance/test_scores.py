"""Importance equals values worked out by hand and by finite differences."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch
from tests.conftest import tiny_model
from torch import nn

from benchprof.importance.example import Example
from benchprof.importance.loss import NonFiniteLossError, example_loss
from benchprof.importance.scores import score_weights
from benchprof.models.family import FAMILIES, scope_weights


class Bigram(nn.Module):
    """Logits of the next token are a row of one matrix, so that gradients fit on paper."""

    def __init__(self, rows: list[list[float]]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(rows))

    def forward(self, input_ids: torch.Tensor, use_cache: bool) -> SimpleNamespace:
        assert not use_cache
        return SimpleNamespace(logits=self.weight[input_ids])


def example(ids: list[int], counted: list[int]) -> Example:
    flags = torch.zeros(len(ids), dtype=torch.bool)
    flags[counted] = True
    return Example(torch.tensor(ids), flags)


# Rows of equal logits: softmax is 1/2 each, the gradient of a row is (1/2, 1/2) - onehot.
BIGRAM = [[2.0, 2.0], [3.0, 3.0]]
EXAMPLES = [example([0, 1, 0], [1, 2]), example([0, 0], [1])]


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        # x1: mean over two tokens; row 0 gets (.25, -.25), row 1 gets (-.25, .25).
        # x2: row 0 gets (-.5, .5). Times the weights 2 and 3, absolute, mean over two examples.
        ("taylor_abs", [[(0.5 + 1.0) / 2] * 2, [(0.75 + 0.0) / 2] * 2]),
        # Mean gradient of row 0: (-.125, .125), of row 1: (-.125, .125).
        ("taylor", [[0.25] * 2, [0.375] * 2]),
        ("fisher", [[(0.25 + 1.0) / 2] * 2, [(0.5625 + 0.0) / 2] * 2]),
    ],
)
def test_by_hand(score: str, expected: list[list[float]]) -> None:
    model = Bigram(BIGRAM)
    scores = score_weights(model, {"w": model.weight}, EXAMPLES, [], score, lambda _: None)
    torch.testing.assert_close(scores["w"], torch.tensor(expected))


def test_the_loss_counts_only_what_it_should() -> None:
    model = Bigram([[0.0, 1.0], [5.0, 0.0]])
    loss = example_loss(model, example([0, 1, 0], [1]))
    # -log softmax([0, 1])[1]
    assert loss.item() == pytest.approx(0.3132617, abs=1e-6)


FROM_EFFECTS: dict[str, Callable[[list[float]], float]] = {
    "taylor_abs": lambda effects: sum(map(abs, effects)) / len(effects),
    "taylor": lambda effects: abs(sum(effects)) / len(effects),
    "fisher": lambda effects: sum(e * e for e in effects) / len(effects),
}


@pytest.mark.parametrize("score", sorted(FROM_EFFECTS))
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_by_finite_differences(family: str, score: str) -> None:
    model = tiny_model(family).double()
    examples = [example([5, 9, 17, 4], [1, 2, 3]), example([8, 3, 3], [2])]
    weights = scope_weights(model, "all_layers")
    scores = score_weights(model, weights, examples, [], score, lambda _: None)
    # Norms compute in float32 whatever the dtype: a smaller step would measure their rounding.
    step = 2e-3
    for name, weight in weights.items():
        index = int(scores[name].argmax())
        flat = weight.data.view(-1)
        value = flat[index].item()
        effects = []
        for one in examples:
            losses = []
            for moved in (value + step, value - step):
                flat[index] = moved
                # The loss is computed in float32 by design; here its double is wanted.
                logits = model(input_ids=one.ids[None]).logits[0, :-1][one.counted[1:]]
                target = one.ids[1:][one.counted[1:]]
                losses.append(nn.functional.cross_entropy(logits, target).item())
            flat[index] = value
            effects.append(value * (losses[0] - losses[1]) / (2 * step))
        expected = FROM_EFFECTS[score](effects)
        assert scores[name].view(-1)[index].item() == pytest.approx(expected, rel=4e-2), name


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_wanda_by_what_a_moved_weight_does_to_its_output(family: str) -> None:
    """Moving θ_ij by d moves one output of the projection by d · X_j, and no other."""
    model = tiny_model(family).double()
    examples = [example([5, 9, 17, 4], [1, 2, 3]), example([8, 3, 3], [2])]
    weights = scope_weights(model, "all_layers")
    scores = score_weights(model, weights, examples, [], "wanda", lambda _: None)

    def output(module: nn.Module, one: Example) -> torch.Tensor:
        seen = []
        hook = module.register_forward_hook(lambda _module, _inputs, out: seen.append(out))
        with torch.no_grad():
            model(input_ids=one.ids[None])
        hook.remove()
        return seen[0][0, :-1][one.counted[1:]]

    for name, weight in weights.items():
        module = model.get_submodule(name.removesuffix(".weight"))
        flat = weight.data.view(-1)
        index = len(flat) // 3
        value = flat[index].item()
        squares = 0.0
        for one in examples:
            before = output(module, one)
            flat[index] = value + 0.5
            squares += ((output(module, one) - before) / 0.5).square().sum().item()
            flat[index] = value
        expected = abs(value) * (squares / 4) ** 0.5
        assert scores[name].view(-1)[index].item() == pytest.approx(expected, rel=1e-4), name


def test_twins_take_off_what_they_need_as_well() -> None:
    model = Bigram(BIGRAM)
    found = score_weights(
        model, {"w": model.weight}, EXAMPLES[:1], EXAMPLES[1:], "taylor_abs", lambda _: None
    )
    # x1 alone less x2 alone (see above): row 0 .5 - 1, at least 0; row 1 .75 - 0.
    torch.testing.assert_close(found["w"], torch.tensor([[0.0, 0.0], [0.75, 0.75]]))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("score", ["taylor_abs", "fisher"])
def test_folding_in_place_changes_no_bit(score: str, dtype: torch.dtype) -> None:
    model = tiny_model("llama").to(dtype)
    weights = scope_weights(model, "all_layers")
    examples = [example([5, 9, 17, 4], [1, 2, 3]), example([8, 3, 3], [2])]
    found = score_weights(model, weights, examples, [], score, lambda _: None)
    expected = {name: torch.zeros_like(w, dtype=torch.float32) for name, w in weights.items()}
    for one in examples:
        model.zero_grad()
        example_loss(model, one).backward()
        for name, weight in weights.items():
            effect = weight.detach().float() * weight.grad.float()
            expected[name] += effect.abs() if score == "taylor_abs" else effect.square()
    for name in weights:
        assert torch.equal(found[name], expected[name] / 2), name


def test_the_order_of_examples_does_not_matter() -> None:
    model = tiny_model("llama")
    weights = scope_weights(model, "mlp")
    examples = [example([5, 9, 17], [1, 2]), example([8, 3], [1]), example([1, 2], [1])]
    for score in ("taylor", "taylor_abs", "fisher", "wanda"):
        one = score_weights(model, weights, examples, [], score, lambda _: None)
        other = score_weights(model, weights, examples[::-1], [], score, lambda _: None)
        for name in weights:
            torch.testing.assert_close(one[name], other[name], rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("score", ["taylor", "wanda"])
def test_nothing_is_left_on_the_model(score: str) -> None:
    model = tiny_model("llama").requires_grad_(False)
    weights = scope_weights(model, "mlp")
    bad = Example(torch.tensor([1, 2]), torch.tensor([False, False]))
    with pytest.raises(NonFiniteLossError) as raised:
        score_weights(model, weights, [EXAMPLES[0], bad], [], score, lambda _: None)
    assert raised.value.example == 1
    for parameter in model.parameters():
        assert parameter.grad is None
        assert not parameter.requires_grad
        assert not parameter._post_accumulate_grad_hooks
    assert not any(module._forward_pre_hooks for module in model.modules())
