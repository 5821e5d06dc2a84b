"""Gradient checkpointing: activations within a layer are computed again, not kept."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator

from torch import nn
from torch.utils.checkpoint import checkpoint

from benchprof.scoring.structure import decoder_of


@contextlib.contextmanager
def checkpointed(model: nn.Module) -> Iterator[None]:
    """Inside the block, the backward pass recomputes each decoder layer from its input.

    It keeps one hidden state per layer and one layer's activations, for a second forward pass.
    Independent of the model's own switch, which asks for training mode and with it for dropout.
    """
    _, _, layers = decoder_of(model)
    # What stands on the instance already: accelerate's, where a model is spread over GPUs.
    before = [vars(layer).get("forward") for layer in layers]
    try:
        for layer in layers:
            # On the instance; the class's method stays.
            layer.forward = functools.partial(
                checkpoint, layer.forward, use_reentrant=False, preserve_rng_state=False
            )
        yield
    finally:
        for layer, forward in zip(layers, before, strict=True):
            vars(layer).pop("forward", None)
            if forward is not None:
                layer.forward = forward
