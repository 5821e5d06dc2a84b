"""The diagnostic loss of one example."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from benchprof.importance.example import Example


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


def finite_loss(model: nn.Module, example: Example, index: int) -> torch.Tensor:
    """L(x) of the example with this index.

    Raises:
        NonFiniteLossError: it is infinite or not a number.
    """
    loss = example_loss(model, example)
    if not torch.isfinite(loss):
        raise NonFiniteLossError(index, loss.item())
    return loss
