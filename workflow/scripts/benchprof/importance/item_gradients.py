"""Scores of each example's own gradient, several examples a pass.

The gradient of a projection's weight is δᵀx, summed over tokens: x the projection's inputs, δ the
gradients of its outputs. The same sum over one example's tokens is that example's gradient, so that
one backward pass of many examples, which need not make gradients of weights, gives all of them.
The weights are then read once a pass and the accumulators once too, instead of once an example.
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from benchprof.importance.attributions import weights_frozen
from benchprof.importance.example import Example
from benchprof.importance.gradients import accumulator, add_gradient, backward, batches_of, finish
from benchprof.importance.memory import Memory
from benchprof.models.anatomy import owner_of
from benchprof.models.linear import GradientLinear, Product
from benchprof.scoring.transfer import received

Pair = tuple[torch.Tensor, torch.Tensor]
"""A projection's inputs and its outputs' gradients, each of shape (rows, tokens, features)."""

BLOCK = 1 << 19
"""Entries of a gradient that are made at a time on a CPU, so that they and their accumulators stay
in its cache from one example to the next."""


class InseparableError(ValueError):
    """A weight is not applied, by a module of its own, to the tokens as they were read."""


def item_gradient_scores(
    model: nn.Module,
    weights: Mapping[str, nn.Parameter],
    examples: Sequence[Example],
    score: str,
    advance: Callable[[int], object],
    memory: Memory,
) -> dict[str, torch.Tensor]:
    """Importance of each entry of `weights`, float32, as `gradient_scores` defines it.

    Args:
        model: in evaluation mode; left as found.
        weights: the weights in scope by name.
        examples: at least one. The inputs of the projections are kept till their gradients come,
            also of an example so long that it is checkpointed.
        score: taylor_abs.
        advance: called with the number of tokens of each example done.
        memory: bounds of a pass.

    Raises:
        InseparableError: which tokens of a weight's inputs are an example's cannot be told.
        NonFiniteLossError: a loss is infinite or not a number.
    """
    owners = {name: _owner(model, name) for name in weights}
    totals = {name: accumulator(weight, memory) for name, weight in weights.items()}
    batch: list[int] = []

    def fold(name: str, pairs: Sequence[Pair]) -> None:
        texts = [len(examples[index].texts) for index in batch]
        own = [_factors(owners[name], pairs, texts, place) for place in range(len(batch))]
        _add_up(totals[name], own, score, _product_of(owners[name]))

    with weights_frozen(model):
        for batch[:] in batches_of(model, examples, memory.most_tokens):
            with _Pass(owners, fold).watched(model):
                backward(model, examples, batch, memory)
            for index in batch:
                advance(examples[index].tokens)
    for name, total in totals.items():
        finish(total, weights[name], score, len(examples))
    return totals


def _owner(model: nn.Module, name: str) -> nn.Module:
    owner = owner_of(model, name)
    if not isinstance(owner, nn.Linear | Conv1D):
        raise InseparableError(name)
    return owner


def _product_of(owner: nn.Module) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """How a · b is computed: as fast as the projection itself."""
    if isinstance(owner, GradientLinear):
        fast: Any = Product.apply
        return lambda a, b: fast(a, b.t())
    return torch.mm


def _factors(owner: nn.Module, pairs: Sequence[Pair], texts: Sequence[int], place: int) -> Pair:
    """The two factors whose product over tokens, a · b, is an example's gradient.

    Args:
        owner: GPT-2's Conv1D has its weight the other way round.
        pairs: one for each call in a pass; there are two calls if examples share their contexts.
        texts: the number of each example's texts.
        place: of the example in its batch.
    """
    inputs, gradients = [], []
    for x, gradient in pairs:
        # A row is a text, or the context that the texts of an example share.
        many = len(x) != len(texts)
        first, count = (sum(texts[:place]), texts[place]) if many else (place, 1)
        inputs.append(x[first : first + count].flatten(0, 1))
        gradients.append(gradient[first : first + count].flatten(0, 1))
    outer, inner = torch.cat(gradients), torch.cat(inputs)
    if isinstance(owner, Conv1D):
        outer, inner = inner, outer
    return outer.t().contiguous(), inner


def _add_up(
    total: torch.Tensor,
    factors: Sequence[Pair],
    score: str,
    product: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> None:
    """Add each example's gradient to a total, as the score has it (`add_gradient`)."""
    device = factors[0][0].device
    # Of the whole batch at once, where the scores stay on the host.
    there = total if total.device == device else torch.zeros_like(total, device=device)
    # Along the longer side: products of few rows with many columns are slow.
    side = int(there.shape[1] > there.shape[0])
    size = there.shape[side]
    step = max(1, BLOCK // there.shape[1 - side]) if device.type == "cpu" else size
    for start, stop in pairwise([*range(0, size, step), size]):
        block = there.narrow(side, start, stop - start)
        for a, b in factors:
            gradient = product(a, b[:, start:stop]) if side else product(a[start:stop], b)
            add_gradient(block, gradient, score)
    if there is not total:
        total.add_(received(there, total.device))


@dataclass
class _Pass:
    """One pass, which gives a projection's pairs to `see` once all their gradients are there.

    Attributes:
        shape: rows and tokens that the model is reading; empty when it is not reading.
        read: projections applied in this reading; a pass of shared contexts has two.
        awaited: how often the pass has applied each projection.
    """

    owners: Mapping[str, nn.Module]
    see: Callable[[str, Sequence[Pair]], None]
    shape: torch.Size = field(default_factory=torch.Size)
    read: set[str] = field(default_factory=set)
    awaited: Counter[str] = field(default_factory=Counter)
    pairs: defaultdict[str, list[Pair]] = field(default_factory=lambda: defaultdict(list))

    @contextlib.contextmanager
    def watched(self, model: nn.Module) -> Iterator[None]:
        with contextlib.ExitStack() as hooks:
            hooks.enter_context(model.register_forward_pre_hook(self.begin, with_kwargs=True))
            hooks.enter_context(model.register_forward_hook(self.end))
            for name, owner in self.owners.items():
                hooks.enter_context(owner.register_forward_hook(partial(self.applied, name)))
            yield
        for name, pairs in self.pairs.items():
            # A call that the loss does not depend on has no gradient.
            self.see(name, pairs)

    def begin(self, _: nn.Module, __: Any, arguments: dict[str, Any]) -> None:
        self.shape = arguments["input_ids"].shape
        self.read.clear()

    def end(self, *_: object) -> None:
        self.shape = torch.Size()
        if unread := self.owners.keys() - self.read:
            raise InseparableError(min(unread))

    def applied(
        self, name: str, _: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor
    ) -> torch.Tensor:
        if not output.requires_grad:
            # Nothing before the first projections in scope requires a gradient. The clone may be
            # changed in place later; a tensor that itself asks for a gradient may not.
            output = output.requires_grad_(True).clone()
        # Without a shape, a checkpointed layer is being computed again, which was counted already.
        if self.shape:
            x = inputs[0].detach()
            if x.shape[:-1] not in (self.shape, (self.shape.numel(),)):
                raise InseparableError(name)
            self.read.add(name)
            self.awaited[name] += 1
            output.register_hook(partial(self.arrived, name, self.shape, x))
        return output

    def arrived(self, name: str, size: torch.Size, x: torch.Tensor, gradient: torch.Tensor) -> None:
        x, gradient = x.to(gradient.device), gradient.detach()
        self.pairs[name].append((x.reshape(*size, -1), gradient.reshape(*size, -1)))
        if len(self.pairs[name]) == self.awaited[name]:
            self.see(name, self.pairs.pop(name))
