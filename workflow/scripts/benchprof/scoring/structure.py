"""What the engine must know of a model's architecture and cannot see in its modules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

Head = Callable[[torch.Tensor, Any], torch.Tensor]
"""What a model does to the output of its head, given its configuration."""


@dataclass(frozen=True)
class Structure:
    """What is known of how a model computes; of an unknown one, nothing.

    Attributes:
        head: of a model whose rows may hold several paths; None where they may not, or nobody
            knows. Its positions are rotary or learned, never recurrent, convolutional or a bias of
            the distance in the row, and a sliding window is given to the attention function.
        llama: whether its layers are those that `decoder` computes and no others.
        one_window: whether such layers have the configuration's sliding window if it names one;
            others know their own.
        eager_by_place: whether its eager attention masks by places in the row, as that of GPT-2
            does before transformers 5.1 at the latest; later versions leave it to the mask.
    """

    head: Head | None = None
    llama: bool = False
    one_window: bool = False
    eager_by_place: bool = False


def unchanged(logits: torch.Tensor, _: Any) -> torch.Tensor:
    """Most heads are a product alone."""
    return logits


def softcapped(logits: torch.Tensor, config: Any) -> torch.Tensor:
    """Gemma 2's and 3's."""
    cap = config.final_logit_softcapping
    return logits if cap is None else torch.tanh(logits / cap) * cap


def multiplied(logits: torch.Tensor, config: Any) -> torch.Tensor:
    """Cohere's."""
    scale: float = config.logit_scale
    return logits * scale


def divided(logits: torch.Tensor, config: Any) -> torch.Tensor:
    """Granite's."""
    scale: float = config.logits_scaling
    return logits / scale
