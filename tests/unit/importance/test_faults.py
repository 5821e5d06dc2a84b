"""What a score would hide is found, and its item is named."""

from __future__ import annotations

from collections.abc import Sequence
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


Named = Sequence[tuple[str, Example]]


def check_scores(
    model: Any, named: Named, uninformative: Named = (), score: str = "taylor_abs"
) -> None:
    """Score examples, against those of control items, and check what comes out."""
    weights, memory = scope_weights(model, "mlp"), memory_for(model, on_host=False)
    own, against = ([example for _, example in some] for some in (named, uninformative))
    scores = score_weights(model, weights, own, against, score, lambda _: None, memory)
    check_finite("models/m, recall", model, weights, [*named, *uninformative], score, scores)


@pytest.mark.parametrize("score", ["taylor_abs", "taylor"])
def test_an_infinite_gradient_is_named_by_its_item(score: str) -> None:
    model = overflowing_model()
    named = [("one", example(5, 6, 7)), ("two", example(5, TRIGGER, 7)), ("three", example(8, 9))]
    with pytest.raises(InputError) as raised:
        check_scores(model, named, score=score)
    for word in ("models/m, recall, item two", "infinite or not a number", "dtype", "`exclude:`"):
        assert word in str(raised.value)
    check_scores(model, [named[0], named[2]], score=score)


def test_an_infinite_score_of_a_control_item_is_named_by_its_item() -> None:
    """A gradient beyond float32 is infinite: s less infinity is below 0."""
    own = [("one", example(5, 6, 7)), ("two", example(5, 6, 8))]
    uninformative = [
        ("one (its uninformative item)", example(5, 7)),
        ("two (its uninformative item)", example(5, TRIGGER, 7)),
    ]
    with pytest.raises(InputError, match=r"recall, item two \(its uninformative item\)"):
        check_scores(overflowing_model(1e39), own, uninformative)


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
    words = r"train\.jsonl, item two: 513 tokens.*1 of 2 examples.*at most 512.*`exclude:`"
    with pytest.raises(InputError, match=words):
        check_lengths(longest, Path("train.jsonl"), [("one", fits), ("two", not_fits)])
