"""Gradients that come out the same every time, where a GPU's fastest sums would not."""

from __future__ import annotations

import logging
from typing import Any

import torch

from benchprof.importance.attributions import gradients_seen, weights_frozen
from benchprof.importance.example import Example
from benchprof.importance.loss import example_losses

logger = logging.getLogger(__name__)
UNLIKE = (
    "this model has an operation that adds up in no fixed order on this GPU: the last bits of its "
    "results may differ from run to run (%s)"
)


def confirm_deterministic(model: Any) -> None:
    """Read two tokens forward and back, to see whether all of it can be made the same every time.

    Where it cannot, the log says so, and the job goes on without. To be called after
    `make_deterministic` and before any result.
    """
    if not torch.are_deterministic_algorithms_enabled():
        return
    torch.use_deterministic_algorithms(True)
    example = Example(torch.tensor([0, 1]), torch.tensor([False, True]))
    try:
        with weights_frozen(model), gradients_seen(model, {}, lambda *_: None):
            example_losses(model, [example]).sum().backward()  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        if "deterministic" not in str(error):
            raise
        logger.warning(UNLIKE, str(error).partition(".")[0])
        torch.use_deterministic_algorithms(True, warn_only=True)
