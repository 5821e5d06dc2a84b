"""Inner products of the hidden states of items' prompts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from tqdm import tqdm
from transformers import PreTrainedModel

from benchprof.errors import InputError
from benchprof.importance.example import Example
from benchprof.item_profile.reader import at_unit_length
from benchprof.models.card import check_content
from benchprof.models.device import make_deterministic
from benchprof.models.loading import load_model
from benchprof.models.prepared import PreparedModel
from benchprof.profile.resampling import Floats

QUARTERS = (0.25, 0.5, 0.75, 1.0)
"""Depths at which states are read, as shares of the layers."""


def state_products(
    prepared: PreparedModel, named: Sequence[tuple[str, Example]]
) -> dict[str, Floats]:
    """Inner products of the states of items in several ways, each of shape (items, items).

    Args:
        prepared: the model, which is loaded once for all items.
        named: examples, each with a name for messages.

    Raises:
        InputError: a state is not finite.
    """
    check_content(prepared.folder)
    make_deterministic(prepared)
    states = hidden_states(load_model(prepared), [example for _, example in named])
    for own in states.values():
        if not (finite := np.isfinite(own).all(axis=1)).all():
            name, _ = named[int(finite.argmin())]
            found = f"a hidden state of {name} is infinite or not a number"
            remedy = "Set `dtype: float32` or bfloat16."
            raise InputError(prepared.folder, found, "finite hidden states", remedy)
    return {way: at_unit_length(own @ own.T) for way, own in states.items()}


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
            for number in sorted({max(1, round(quarter * layers)) for quarter in QUARTERS}):
                states = read.hidden_states[number][0].cpu().double().numpy()
                found.setdefault(f"final token, layer {number}", []).append(states[-1])
                found.setdefault(f"mean, layer {number}", []).append(states.mean(axis=0))
    return {name: np.array(own) for name, own in found.items()}
