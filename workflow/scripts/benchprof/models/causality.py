"""Whether a model reads a text from left to right: no token sees those that come after it.

Scores of prefixes that texts share, and texts that are padded on the right, would be wrong without
this. Configurations do not always say it, so that it is tried.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from benchprof.errors import InputError

if TYPE_CHECKING:
    # Takes two seconds, which a job that loads no model does not wait for.
    from transformers import PreTrainedModel

LENGTH = 8
"""Tokens of each of the two texts of the trial, which differ in the last."""
SEEN = 0.05
"""By which share of what the last token does to its own logits those before it may move. Of tiny
models of a hundred types it was 0 for causal ones, and from 0.39 to 1.4 for the others."""


def check_causal(where: Path, model: PreTrainedModel) -> None:
    """Stop where logits change when a later token does, by computing two short texts.

    Logits that are not numbers pass: they are a fault of another kind.

    Args:
        where: the model's folder, for the message.
        model: with its weights.

    Raises:
        InputError: the model is not causal.
    """
    size = len(model.get_input_embeddings().weight)
    # Not the first and the last, among which tokens are that stand for more than text.
    text = np.random.default_rng(0).integers(size // 8, size // 2, LENGTH)
    texts = np.stack([text, text])
    texts[1, -1] += 1
    with torch.no_grad():
        ids = torch.from_numpy(texts).to(model.device)
        logits = model(input_ids=ids, use_cache=False).logits.float()
    moved = (logits[0] - logits[1]).abs().mean(-1)
    if moved[:-1].max() > SEEN * moved[-1]:
        raise not_causal(where, "its logits change when a later token does")


def not_causal(where: str | Path, found: str) -> InputError:
    """The error that tells a person of a model whose tokens see those after them."""
    return InputError(
        where, found, "a causal language model, whose tokens see only those before them",
        "Models of embeddings and of masked words cannot be profiled: choose another.",
    )  # fmt: skip
