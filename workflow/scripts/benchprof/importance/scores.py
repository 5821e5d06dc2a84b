"""Gradient-based importance scores, folded weight by weight as gradients become ready."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.hooks import RemovableHandle

from benchprof.importance.example import Example

SCORES = ("taylor_abs", "taylor")


class NonFiniteLossError(ArithmeticError):
    """The loss of an example is not a number; `example` is its index."""

    def __init__(self, example: int, loss: float) -> None:
        """Name the example by its index."""
        super().__init__(f"loss of example {example} is {loss}")
        self.example = example


def example_loss(model: nn.Module, example: Example) -> torch.Tensor:
    """L(x): cross-entropy in nats, averaged over the counted tokens; a float32 scalar."""
    device = next(model.parameters()).device
    logits = model(input_ids=example.ids[None].to(device), use_cache=False).logits[0, :-1]
    counted = example.counted[1:].to(device)
    return cross_entropy(logits[counted].float(), example.ids[1:].to(device)[counted])


def score_weights(
    model: nn.Module,
    weights: Mapping[str, nn.Parameter],
    examples: Sequence[Example],
    score: str,
    advance: Callable[[int], object],
) -> dict[str, torch.Tensor]:
    """Importance of each entry of `weights` over `examples`, float32, shaped like the weights.

    `taylor_abs`: mean over x of |θ · ∂L(x)/∂θ|. `taylor`: |θ · mean over x of ∂L(x)/∂θ|
    (Kim et al., arXiv:2510.01232, after Molchanov et al., arXiv:1906.10771). Both take one
    example per backward pass. Each gradient is folded into a float32 accumulator on the weights'
    device and freed as soon as it is ready, so that no full set of gradients exists; only the
    weights given get gradients.

    Args:
        model: in evaluation mode; its parameters' `requires_grad` is left as found.
        weights: the weights in scope by name.
        examples: the diagnostic examples, at least one.
        score: `taylor_abs` or `taylor`.
        advance: called with the number of tokens of each example done.

    Raises:
        NonFiniteLossError: an example's loss is infinite or not a number.
    """
    totals = {n: torch.zeros_like(w, dtype=torch.float32) for n, w in weights.items()}

    def fold(name: str, weight: torch.Tensor, gradient: torch.Tensor) -> None:
        if score == "taylor_abs":
            totals[name] += (weight.float() * gradient.float()).abs_()
        else:
            totals[name] += gradient.float()

    with _gradients_folded(weights, fold):
        for index, example in enumerate(examples):
            loss = example_loss(model, example)
            if not torch.isfinite(loss):
                raise NonFiniteLossError(index, loss.item())
            loss.backward()
            advance(len(example.ids))
    for name, total in totals.items():
        total.div_(len(examples))
        if score == "taylor":
            total.mul_(weights[name].detach().float()).abs_()
    return totals


@contextlib.contextmanager
def _gradients_folded(
    weights: Mapping[str, nn.Parameter],
    fold: Callable[[str, torch.Tensor, torch.Tensor], None],
) -> Iterator[None]:
    """Give each ready gradient to `fold` and free it; restore `requires_grad` at the end."""
    required = {name: weight.requires_grad for name, weight in weights.items()}

    def hook_for(name: str) -> Callable[[torch.Tensor], None]:
        def hook(weight: torch.Tensor) -> None:
            assert weight.grad is not None, name
            fold(name, weight.detach(), weight.grad)
            weight.grad = None

        return hook

    hooks: list[RemovableHandle] = []
    try:
        for name, weight in weights.items():
            weight.requires_grad_(True)
            hooks.append(weight.register_post_accumulate_grad_hook(hook_for(name)))
        yield
    finally:
        for handle in hooks:
            handle.remove()
        for name, weight in weights.items():
            weight.requires_grad_(required[name])
            weight.grad = None
