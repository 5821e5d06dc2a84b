"""Knock-outs: the losses of examples with a group of units at zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from benchprof.importance.example import Example
from benchprof.importance.gradients import batches_of
from benchprof.importance.loss import finite_losses
from benchprof.importance.memory import Memory
from benchprof.masks.ablation import ablated, in_weights
from benchprof.masks.mask import Mask

INTACT = Mask({}, {})
"""The group of no units."""


def losses_without(
    model: nn.Module,
    weights: Mapping[str, nn.Parameter],
    group: Mask,
    examples: Sequence[Example],
    memory: Memory,
) -> torch.Tensor:
    """L(x) of each example in nats with the units of a group at zero, float32 on the CPU.

    Forward passes alone, of several examples each.

    Args:
        model: in evaluation mode; left as found, bit by bit.
        weights: at least those that read the group's units, by name.
        group: numbers of units.
        examples: at least one.
        memory: bounds of a pass.

    Raises:
        NonFiniteLossError: a loss is infinite or not a number.
    """
    losses = torch.zeros(len(examples))
    with torch.no_grad(), ablated(weights, in_weights(model, group), "zero"):
        for batch in batches_of(model, examples, memory.most_tokens):
            losses[batch] = finite_losses(model, examples, batch).cpu()
    return losses
