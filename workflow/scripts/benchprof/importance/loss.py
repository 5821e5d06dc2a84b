"""The diagnostic loss of examples."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from benchprof.importance.choices import shared_text_losses, shares_contexts
from benchprof.importance.example import Example
from benchprof.scoring.transfer import moved


class NonFiniteLossError(ArithmeticError):
    """The loss of an example is not a number; `example` is its index.

    `of_control_item` is set where the example is a control item.
    """

    of_control_item = False

    def __init__(self, example: int, loss: float) -> None:
        """Name the example by its index."""
        super().__init__(f"loss of example {example} is {loss}")
        self.example = example


def example_losses(
    model: nn.Module, examples: Sequence[Example], share: bool = True
) -> torch.Tensor:
    """L(x) of each example, in nats.

    Cross-entropy averaged over the counted tokens. For an example with other options, minus the log
    of the right option's share: -log(p / Σ p), where p is the probability of an option's counted
    tokens after the common context. The context is read once if `share` and the model allow it.

    Returns:
        float32, of shape (examples,).
    """
    if share and shares_contexts(model, examples):
        totals = shared_text_losses(model, examples)
    else:
        totals = text_losses(model, [text for example in examples for text in example.texts])
    return mean_or_choice(totals, examples)


def mean_or_choice(totals: torch.Tensor, examples: Sequence[Example]) -> torch.Tensor:
    """L(x) of each example from the losses of its texts, as `example_losses` defines it.

    Args:
        totals: cross-entropy of each text in nats, summed over its counted tokens, in the order of
            the examples and their texts.
        examples: whose texts they are.

    Returns:
        shape (examples,), of the dtype of `totals`.
    """
    losses, first = [], 0
    for example in examples:
        text_totals = totals[first : first + len(example.texts)]
        if example.others:
            losses.append(text_totals[0] + torch.logsumexp(-text_totals, dim=0))
        else:
            losses.append(text_totals[0] / int(example.counted.sum()))
        first += len(text_totals)
    return torch.stack(losses)


def text_losses(model: nn.Module, texts: Sequence[Example]) -> torch.Tensor:
    """Cross-entropy of each text in nats, summed over its counted tokens.

    Returns:
        float32, of shape (texts,).
    """
    logits, targets, owners = counted_logits(model, texts)
    losses = cross_entropy(logits.float(), targets, reduction="none")
    return losses.new_zeros(len(texts)).index_add(0, owners, losses)


def counted_logits(
    model: nn.Module, texts: Sequence[Example]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What predicts the counted tokens of some texts, which one pass reads.

    The texts are padded on the right, where causal attention never looks. Logits, which take more
    memory and time than a small model's layers, are computed only where a token counts.

    Returns:
        Logits in the model's dtype, of shape (counted, vocabulary); the token at each place and
        the number of its text, both of shape (counted,). All are where the logits are.
    """
    ids = pad_sequence([text.ids for text in texts], batch_first=True)
    counted = pad_sequence([text.counted[1:] for text in texts], batch_first=True)
    kept = counted.any(dim=0).nonzero()[:, 0]
    # Indices as numbers, for which a GPU waits: if a model is spread over GPUs, its head and the
    # logits may be on another GPU than the input.
    device = next(model.parameters()).device
    spread = getattr(model, "hf_device_map", None) is not None
    positions = kept.tolist() if spread else moved(kept, device)
    logits = model(input_ids=moved(ids, device), use_cache=False, logits_to_keep=positions).logits
    owners, places = counted[:, kept].nonzero(as_tuple=True)
    targets = ids[owners, kept[places] + 1]
    owners, places, targets = moved(torch.stack([owners, places, targets]), logits.device)
    return logits[owners, places], targets, owners


def finite_losses(
    model: nn.Module, examples: Sequence[Example], indices: Sequence[int], share: bool = True
) -> torch.Tensor:
    """L(x) of the examples with these indices, of shape (indices,).

    Raises:
        NonFiniteLossError: one is infinite or not a number.
    """
    losses = example_losses(model, [examples[index] for index in indices], share)
    for index, loss in zip(indices, losses.tolist(), strict=True):
        if not abs(loss) < float("inf"):
            raise NonFiniteLossError(index, loss)
    return losses
