"""Attributions: by how much the loss of an example would rise without a unit, to first order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from benchprof.importance.example import Example
from benchprof.importance.gradients import backward, batches_of
from benchprof.importance.memory import Memory
from benchprof.models.anatomy import owner_of
from benchprof.models.units import Projection
from benchprof.scoring.transfer import fetched, moved

Attributions = dict[str, torch.Tensor]
"""One example's attributions: a number for each unit, by the projection that reads the unit."""


def unit_attributions(
    model: nn.Module,
    projections: Mapping[str, Projection],
    examples: Sequence[Example],
    memory: Memory,
) -> Iterator[tuple[int, Attributions]]:
    """Each example's attributions, by its index, float32 on the CPU, in the order of the passes.

    -Σ a · ∂L/∂a over the unit's features and over all tokens of the example's texts, in nats: to
    first order the rise of L(x) when the unit becomes zero (Molchanov et al., arXiv:1611.06440,
    eq. 7, with its sign). It equals the sum of the signed Taylor scores of the weights that read
    the unit. No weight has a gradient here: a pass takes the activations' alone, and several
    examples. The inputs of the projections are kept till their gradients come, also of an example
    so long that it is checkpointed.

    Args:
        model: in evaluation mode; left as found.
        projections: whose units are attributed.
        examples: at least one.
        memory: bounds of a pass.

    Raises:
        NonFiniteLossError: a loss is infinite or not a number.
    """
    sizes = {name: own.units for name, own in projections.items()}
    totals: dict[str, torch.Tensor] = {}
    batch: list[int] = []

    def add(name: str, rows: int, activations: torch.Tensor, gradients: torch.Tensor) -> None:
        projection = projections[name]
        # Not in place: of a model in float32 it is the activations themselves.
        products = activations.float() * gradients
        by_row = -products.reshape(rows, -1, projection.units, projection.width).sum(dim=(1, 3))
        # A row is a text, or the context that the texts of an example share.
        owners = list(range(len(batch)))
        if rows > len(batch):
            owners = [place for place in owners for _ in examples[batch[place]].texts]
        total = totals.setdefault(name, by_row.new_zeros(len(batch), projection.units))
        total.index_add_(0, moved(torch.tensor(owners), by_row.device), by_row)

    with weights_frozen(model), gradients_seen(model, projections, add):
        for batch[:] in batches_of(model, examples, memory.most_tokens):
            totals.clear()
            backward(model, examples, batch, memory)
            totals.update(zip(totals, fetched(list(totals.values())), strict=True))
            for place, index in enumerate(batch):
                yield (
                    index,
                    {
                        # A projection that no token went through has no attributions.
                        name: totals[name][place].clone() if name in totals else torch.zeros(own)
                        for name, own in sizes.items()
                    },
                )


@contextlib.contextmanager
def weights_frozen(model: nn.Module) -> Iterator[None]:
    """Inside the block no weight gets a gradient; `requires_grad` is restored at the end."""
    required = [(weight, weight.requires_grad) for weight in model.parameters()]
    try:
        for weight, _ in required:
            weight.requires_grad_(False)
        yield
    finally:
        for weight, own in required:
            weight.requires_grad_(own)


@contextlib.contextmanager
def gradients_seen(
    model: nn.Module,
    projections: Mapping[str, Projection],
    see: Callable[[str, int, torch.Tensor, torch.Tensor], None],
) -> Iterator[None]:
    """Call `see` in the backward pass with a projection's name, rows, input and input's gradient.

    `rows` is how many rows the pass reads; some MLPs join rows and tokens into one dimension.
    """
    rows: list[int] = [0]

    def begin(_: nn.Module, __: tuple[torch.Tensor, ...], states: torch.Tensor) -> None:
        rows[0] = states.shape[0]
        # Else no activation would have a gradient, where no weight has one.
        states.requires_grad_(True)

    def hook_for(name: str) -> Callable[[nn.Module, tuple[torch.Tensor, ...]], None]:
        def hook(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            activations = inputs[0]
            if activations.requires_grad:
                kept, count = activations.detach(), rows[0]
                activations.register_hook(lambda gradients: see(name, count, kept, gradients))

        return hook

    hooks: list[RemovableHandle] = []
    embedding = model.get_input_embeddings()  # type: ignore[operator]
    try:
        hooks.append(embedding.register_forward_hook(begin))
        for name in projections:
            module = owner_of(model, name)
            hooks.append(module.register_forward_pre_hook(hook_for(name)))
        yield
    finally:
        for handle in hooks:
            handle.remove()
