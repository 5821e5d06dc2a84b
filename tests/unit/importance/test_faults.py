"""What a score would hide is found, and its item is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tests.conftest import tiny_model

from benchprof.errors import InputError
from benchprof.importance.example import Example
from benchprof.importance.faults import check_finite, check_lengths, context_of
from benchprof.importance.memory import memory_for
from benchprof.importance.scores import score_weights
from benchprof.models.anatomy import scope_weights

TRIGGER = 99


class Overflow(torch.autograd.Function):
    """The identity, whose gradient is a factor too large."""

    @staticmethod
    def forward(ctx: Any, value: torch.Tensor, factor: float) -> torch.Tensor:
        ctx.factor = factor
        return value.clone()

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return gradient * ctx.factor, None


def example(*ids: int) -> Example:
    counted = torch.ones(len(ids), dtype=torch.bool)
    counted[0] = False
    return Example(torch.tensor(ids), counted)


def overflowing_model(factor: float = torch.inf) -> Any:
    """A model whose loss is finite always, and whose gradients grow by a factor where it reads 99.

    Those of layer 0's MLP.
    """
    model = tiny_model("llama").requires_grad_(False)
    seen: dict[str, bool] = {}
    model.model.embed_tokens.register_forward_pre_hook(
        lambda _, inputs: seen.update(now=bool((inputs[0] == TRIGGER).any()))
    )
    model.model.layers[0].mlp.register_forward_hook(
        lambda _, __, output: Overflow.apply(output, factor) if seen["now"] else output
    )
    return model


@pytest.mark.parametrize("score", ["taylor_abs", "taylor"])
def test_an_infinite_gradient_is_named_by_its_item(score: str) -> None:
    model = overflowing_model()
    weights = scope_weights(model, "mlp")
    named = [("one", example(5, 6, 7)), ("two", example(5, TRIGGER, 7)), ("three", example(8, 9))]
    memory = memory_for(model, on_host=False)
    scores = score_weights(
        model, weights, [own for _, own in named], [], score, lambda _: None, memory
    )
    with pytest.raises(InputError) as raised:
        check_finite("models/m, recall", model, weights, named, score, scores)
    for word in ("models/m, recall, item two", "infinite or not a number", "dtype", "`exclude:`"):
        assert word in str(raised.value)
    harmless = [named[0], named[2]]
    scores = score_weights(
        model, weights, [own for _, own in harmless], [], score, lambda _: None, memory
    )
    check_finite("models/m, recall", model, weights, harmless, score, scores)


def test_an_infinite_score_of_a_companion_is_named_by_its_item() -> None:
    """A gradient beyond float32 is infinite: s less infinity is below 0."""
    model = overflowing_model(1e39)
    weights = scope_weights(model, "mlp")
    own = [("one", example(5, 6, 7)), ("two", example(5, 6, 8))]
    blanks = [("one (its blank)", example(5, 7)), ("two (its blank)", example(5, TRIGGER, 7))]
    memory = memory_for(model, on_host=False)
    scores = score_weights(
        model,
        weights,
        [e for _, e in own],
        [e for _, e in blanks],
        "taylor_abs",
        lambda _: None,
        memory,
    )
    with pytest.raises(InputError, match=r"recall, item two \(its blank\)"):
        check_finite("recall", model, weights, [*own, *blanks], "taylor_abs", scores)


def test_a_sum_that_overflows_is_no_item_s_fault() -> None:
    model = tiny_model("llama").requires_grad_(False)
    weights = scope_weights(model, "mlp")
    scores = {name: torch.full_like(weight, torch.inf) for name, weight in weights.items()}
    with pytest.raises(InputError, match="recall, the sum over its items"):
        check_finite("recall", model, weights, [("one", example(5, 6))], "taylor_abs", scores)


def test_an_example_must_fit_the_context(tiny_folder: Path) -> None:
    longest = context_of(tiny_folder)
    fits, not_fits = example(*[5] * 512), example(*[5] * 513)
    check_lengths(longest, Path("train.jsonl"), [("one", fits)])
    with pytest.raises(InputError) as raised:
        check_lengths(longest, Path("train.jsonl"), [("one", fits), ("two", not_fits)])
    for word in (
        "train.jsonl, item two: 513 tokens",
        "1 of 2 examples",
        "at most 512",
        "`exclude:`",
    ):
        assert word in str(raised.value)
