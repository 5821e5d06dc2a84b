"""Scores from gradients, folded weight by weight as these become ready."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from benchprof.importance.example import Example
from benchprof.importance.loss import finite_loss


def gradient_scores(
    model: nn.Module,
    weights: Mapping[str, nn.Parameter],
    examples: Sequence[Example],
    score: str,
    advance: Callable[[int], object],
) -> dict[str, torch.Tensor]:
    """Importance of each entry of `weights` by its gradients, float32, shaped like the weights.

    `taylor_abs`: mean over x of |θ · ∂L(x)/∂θ|. `taylor`: |θ · mean over x of ∂L(x)/∂θ|
    (Kim et al., arXiv:2510.01232, after Molchanov et al., arXiv:1906.10771). `fisher`: mean over
    x of (θ · ∂L(x)/∂θ)². All take one example per backward pass. Each gradient is folded into a
    float32 accumulator on the weights' device and freed as soon as it is ready, so that no full
    set of gradients exists; only the weights given get gradients, and their `requires_grad` is
    left as found.
    """
    totals = {n: torch.zeros_like(w, dtype=torch.float32) for n, w in weights.items()}

    def fold(name: str, weight: torch.Tensor, gradient: torch.Tensor) -> None:
        if score == "taylor":
            totals[name] += gradient.float()
            return
        # In float32 whatever the dtype; on the gradient itself where that is float32 already.
        effect = gradient.float().mul_(weight)
        totals[name] += effect.abs_() if score == "taylor_abs" else effect.square_()

    with _gradients_folded(weights, fold):
        for index, example in enumerate(examples):
            finite_loss(model, example, index).backward()
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
