"""Scores from gradients, folded weight by weight as these become ready."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from benchprof.importance.checkpointing import checkpointed
from benchprof.importance.choices import context_length, shares_contexts
from benchprof.importance.example import Example
from benchprof.importance.loss import finite_losses
from benchprof.importance.memory import Memory
from benchprof.importance.score import SCORES
from benchprof.scoring.rotary import Rotaries
from benchprof.scoring.transfer import received


def gradient_scores(
    model: nn.Module,
    weights: Mapping[str, nn.Parameter],
    examples: Sequence[Example],
    score: str,
    advance: Callable[[int], object],
    memory: Memory,
) -> dict[str, torch.Tensor]:
    """Importance of each entry of `weights` by its gradients, float32, shaped like the weights.

    `taylor_abs`: mean over x of |θ · ∂L(x)/∂θ|. `taylor`: |θ · mean over x of ∂L(x)/∂θ|
    (Kim et al., arXiv:2510.01232, after Molchanov et al., arXiv:1906.10771). `taylor_signed`:
    -θ · mean over x of ∂L(x)/∂θ: to first order, the rise of the mean loss if the weight becomes
    zero; negative if the loss falls. θ is the same for
    all x, so only gradients are summed, and θ is multiplied in at the end. These take batches;
    `taylor_abs` needs each example's own gradient, so one example per backward pass. Each
    gradient is folded into a float32 accumulator and freed as soon as it is ready, so that no full
    set of gradients exists; only the weights given get gradients, and their `requires_grad` is left
    as found.
    """
    totals = {name: accumulator(weight, memory) for name, weight in weights.items()}

    def fold(name: str, gradient: torch.Tensor) -> None:
        add_gradient(totals[name], received(gradient, totals[name].device), score)

    with _gradients_folded(weights, fold):
        most = memory.most_tokens if SCORES[score].absolute != "each" else 0
        for batch in batches_of(model, examples, most):
            backward(model, examples, batch, memory)
            for index in batch:
                advance(examples[index].tokens)
    for name, total in totals.items():
        finish(total, weights[name], score, len(examples))
    return totals


def accumulator(weight: torch.Tensor, memory: Memory) -> torch.Tensor:
    """Zeros, float32, shaped like a weight, on its device or on the host."""
    device = torch.device("cpu") if memory.on_host else weight.device
    return torch.zeros(weight.shape, dtype=torch.float32, device=device)


def add_gradient(total: torch.Tensor, gradient: torch.Tensor, score: str) -> None:
    """Add a gradient or its absolute value to a total; may overwrite the gradient."""
    # Rounded once, by the sum in float32, whatever the dtype.
    if SCORES[score].absolute != "each":
        total.add_(gradient)
    else:
        total.add_(gradient.abs_())


def finish(total: torch.Tensor, weight: torch.Tensor, score: str, examples: int) -> None:
    """Turn a total over so many examples into scores, in place, as `gradient_scores` defines."""
    weight = weight.detach().to(total.device, torch.float32)
    total.div_(examples).mul_(weight)
    if SCORES[score].signed:
        total.neg_()
    else:
        total.abs_()


def backward(
    model: nn.Module, examples: Sequence[Example], batch: Sequence[int], memory: Memory
) -> None:
    """Forward and backward passes of the summed loss of some examples.

    Raises:
        NonFiniteLossError: a loss is infinite or not a number.
    """
    own = [examples[index] for index in batch]
    share = shares_contexts(model, own)
    long = len(batch) * max(kept_tokens(example, share) for example in own) > memory.most_tokens
    with checkpointed(model) if long else contextlib.nullcontext():
        # A layer that is computed again would add to the shared context's keys again.
        finite_losses(model, examples, batch, share=share and not long).sum().backward()


def kept_tokens(example: Example, share: bool) -> int:
    """Tokens whose activations a pass keeps for an example; options may share their context."""
    if not share:
        return len(example.texts) * example.longest
    context = context_length(example)
    return context + len(example.texts) * (example.longest - context)


def batches_of(model: nn.Module, examples: Sequence[Example], most_tokens: int) -> list[list[int]]:
    """Indices of examples that share a pass of at most `most_tokens`, as `batches` makes them.

    Choices share one only where their contexts are equally long.
    """
    kind_of = Rotaries.of(model).frequencies
    if max(len(example.texts) for example in examples) == 1:
        return batches([example.longest for example in examples], most_tokens, kind_of)
    alike: dict[tuple[int, int], list[int]] = {}
    for index, example in enumerate(examples):
        kind = (context_length(example), len(example.texts))
        alike.setdefault(kind, []).append(index)
    grouped = []
    for _, indices in sorted(alike.items(), reverse=True):
        share = shares_contexts(model, [examples[index] for index in indices])
        sizes = [kept_tokens(examples[index], share) for index in indices]
        # In a group of one context and one number of texts the size tells the longest text.
        longest = dict(zip(sizes, (examples[index].longest for index in indices), strict=True))
        kinds = {size: kind_of(length) for size, length in longest.items()}
        grouped += [[indices[i] for i in batch] for batch in batches(sizes, most_tokens, kinds.get)]
    return grouped


def batches(
    lengths: Sequence[int], most_tokens: int, kind_of: Callable[[int], object]
) -> list[list[int]]:
    """Indices of examples of similar length, at most `most_tokens` with padding in a batch.

    A longer example is a batch of its own. Lengths of different kinds share no batch.
    """
    grouped: list[list[int]] = []
    # From the longest: it shows at once whether memory is enough, and it sets the padding.
    for index in sorted(range(len(lengths)), key=lambda index: (-lengths[index], index)):
        longest = lengths[grouped[-1][0]] if grouped else 0
        alike = kind_of(longest) == kind_of(lengths[index])
        if grouped and alike and longest * (len(grouped[-1]) + 1) <= most_tokens:
            grouped[-1].append(index)
        else:
            grouped.append([index])
    return grouped


@contextlib.contextmanager
def _gradients_folded(
    weights: Mapping[str, nn.Parameter], fold: Callable[[str, torch.Tensor], None]
) -> Iterator[None]:
    """Give each ready gradient to `fold` and free it; restore `requires_grad` at the end."""
    required = {name: weight.requires_grad for name, weight in weights.items()}

    def hook_for(name: str) -> Callable[[torch.Tensor], None]:
        def hook(weight: torch.Tensor) -> None:
            assert weight.grad is not None, name
            fold(name, weight.grad)
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
