"""Importance equals values worked out by hand and by finite differences."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from tests.conftest import tiny_model
from torch import nn

from benchprof.importance.example import Example
from benchprof.importance.scores import NonFiniteLossError, example_loss, score_weights
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
    ],
)
def test_by_hand(score: str, expected: list[list[float]]) -> None:
    model = Bigram(BIGRAM)
    scores = score_weights(model, {"w": model.weight}, EXAMPLES, score, lambda _: None)
    torch.testing.assert_close(scores["w"], torch.tensor(expected))


def test_the_loss_counts_only_what_it_should() -> None:
    model = Bigram([[0.0, 1.0], [5.0, 0.0]])
    loss = example_loss(model, example([0, 1, 0], [1]))
    # -log softmax([0, 1])[1]
    assert loss.item() == pytest.approx(0.3132617, abs=1e-6)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_by_finite_differences(family: str) -> None:
    model = tiny_model(family).double()
    examples = [example([5, 9, 17, 4], [1, 2, 3]), example([8, 3, 3], [2])]
    weights = scope_weights(model, "all_layers")
    scores = score_weights(model, weights, examples, "taylor_abs", lambda _: None)
    # Norms compute in float32 whatever the dtype: a smaller step would measure their rounding.
    step = 2e-3
    for name, weight in weights.items():
        index = int(scores[name].argmax())
        flat = weight.data.view(-1)
        value = flat[index].item()
        expected = 0.0
        for one in examples:
            losses = []
            for moved in (value + step, value - step):
                flat[index] = moved
                # The loss is computed in float32 by design; here its double is wanted.
                logits = model(input_ids=one.ids[None]).logits[0, :-1][one.counted[1:]]
                target = one.ids[1:][one.counted[1:]]
                losses.append(nn.functional.cross_entropy(logits, target).item())
            flat[index] = value
            expected += abs(value * (losses[0] - losses[1]) / (2 * step)) / len(examples)
        assert scores[name].view(-1)[index].item() == pytest.approx(expected, rel=2e-2), name


def test_the_order_of_examples_does_not_matter() -> None:
    model = tiny_model("llama")
    weights = scope_weights(model, "mlp")
    examples = [example([5, 9, 17], [1, 2]), example([8, 3], [1]), example([1, 2], [1])]
    for score in ("taylor", "taylor_abs"):
        one = score_weights(model, weights, examples, score, lambda _: None)
        other = score_weights(model, weights, examples[::-1], score, lambda _: None)
        for name in weights:
            torch.testing.assert_close(one[name], other[name], rtol=1e-4, atol=1e-9)


def test_nothing_is_left_on_the_model() -> None:
    model = tiny_model("llama").requires_grad_(False)
    weights = scope_weights(model, "mlp")
    bad = Example(torch.tensor([1, 2]), torch.tensor([False, False]))
    with pytest.raises(NonFiniteLossError) as raised:
        score_weights(model, weights, [EXAMPLES[0], bad], "taylor", lambda _: None)
    assert raised.value.example == 1
    for parameter in model.parameters():
        assert parameter.grad is None
        assert not parameter.requires_grad
        assert not parameter._post_accumulate_grad_hooks
