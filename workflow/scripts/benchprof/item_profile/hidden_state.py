"""Hidden states of prompts, which importance is compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from tqdm import tqdm
from transformers import PreTrainedModel

from benchprof.importance.example import Example
from benchprof.profile.resampling import Floats

QUARTERS = (0.25, 0.5, 0.75, 1.0)
"""Depths at which states are read, as shares of the layers."""


def hidden_states(model: PreTrainedModel, examples: Sequence[Example]) -> dict[str, Floats]:
    """The states of each example's prompt in several ways, each of shape (examples, width).

    The ways are the state at the prompt's final token and the mean over its tokens, at each quarter
    of the model's depth.

    Args:
        model: in evaluation mode.
        examples: whose prompts end before the first token that the loss counts.
    """
    device = next(model.parameters()).device
    found: dict[str, list[Floats]] = {}
    with torch.no_grad():
        for example in tqdm(examples, desc="hidden states", mininterval=1):
            prompt = example.ids[: max(1, int(example.counted.int().argmax()))]
            # Without the head, which takes as long as all layers.
            read = model.base_model(
                input_ids=prompt[None].to(device), output_hidden_states=True, use_cache=False
            )
            # The first are the embeddings.
            layers = len(read.hidden_states) - 1
            for quarter in QUARTERS:
                number = max(1, round(quarter * layers))
                states = read.hidden_states[number][0].cpu().double().numpy()
                found.setdefault(f"final token, layer {number}", []).append(states[-1])
                found.setdefault(f"mean, layer {number}", []).append(states.mean(axis=0))
    return {name: np.array(own) for name, own in found.items()}
