"""The diagnostic loss of examples."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from benchprof.importance.example import Example


class NonFiniteLossError(ArithmeticError):
    """The loss of an example is not a number; `example` is its index.

    `of_companion` is set where the example is a companion.
    """

    of_companion = False

    def __init__(self, example: int, loss: float) -> None:
        """Name the example by its index."""
        super().__init__(f"loss of example {example} is {loss}")
        self.example = example


def example_losses(model: nn.Module, examples: Sequence[Example]) -> torch.Tensor:
    """L(x) of each example: cross-entropy in nats, averaged over its counted tokens.

    Several examples are padded on the right, where causal attention never looks. Logits, which
    take more memory and time than a small model's layers, are computed only where a token counts.

    Returns:
        float32, of shape (examples,).
    """
    ids = pad_sequence([e.ids for e in examples], batch_first=True)
    counted = pad_sequence([e.counted[1:] for e in examples], batch_first=True)
    kept = counted.any(dim=0).nonzero()[:, 0]
    # Indices as numbers: of a model spread over GPUs the head may be on another than the input,
    # and so may the logits.
    device = next(model.parameters()).device
    logits = model(input_ids=ids.to(device), use_cache=False, logits_to_keep=kept.tolist()).logits
    owners, places = counted[:, kept].nonzero(as_tuple=True)
    targets = ids[owners, kept[places] + 1]
    owners, places, targets = (part.to(logits.device) for part in (owners, places, targets))
    losses = cross_entropy(logits[owners, places].float(), targets, reduction="none")
    totals = losses.new_zeros(len(examples)).index_add(0, owners, losses)
    return totals / counted.sum(dim=1).to(logits.device)


def finite_losses(
    model: nn.Module, examples: Sequence[Example], indices: Sequence[int]
) -> torch.Tensor:
    """L(x) of the examples with these indices, of shape (indices,).

    Raises:
        NonFiniteLossError: one is infinite or not a number.
    """
    losses = example_losses(model, [examples[index] for index in indices])
    for index, loss in zip(indices, losses.tolist(), strict=True):
        if not abs(loss) < float("inf"):
            raise NonFiniteLossError(index, loss)
    return losses
