"""How much memory the backward passes of the importance job may take, and where."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn
from transformers.pytorch_utils import Conv1D

from benchprof.importance.scoring import ACTIVATIONS_ON_GPU, SCORES_ON_GPU
from benchprof.models.anatomy import (
    anatomy_of,
    experts_a_token,
    owner_of,
    parameter_count,
    scope_weights,
)


@dataclass(frozen=True)
class Memory:
    """Bounds of a pass.

    Attributes:
        most_tokens: a longer example is checkpointed; a batch holds at most these, padding
            included.
        on_host: whether the float32 accumulators stay off the accelerator. Every gradient then
            crosses the bus, for accelerators that hold the weights but not the scores too.
        most_scores: that are accumulated at a time, if there is a bound; passes for other weights
            follow, and scores that are done wait on the host.
    """

    most_tokens: int
    on_host: bool = False
    most_scores: int | None = None


SMALL = 1 << 27
"""A number of parameters, and of numbers among the activations."""
SHARES = {"cpu": 1 / 2, "cuda": ACTIVATIONS_ON_GPU}
"""What of a large model's weights its activations may take."""
SCORE_BYTES = 4
"""Of a score while it is accumulated."""


def memory_for(model: nn.Module, on_host: bool) -> Memory:
    """Bounds such that activations take at most a share of what a large model's weights do.

    So the peak of its importance job is the weights and this share of them (`SHARES`), one set of
    accumulators, on a GPU those of some layers (`SCORES_ON_GPU`), and the logits. Beyond some
    hundred tokens a pass, more gain nothing: the products with the weights are then limited by
    arithmetic. In a model of up to `SMALL` parameters, activations may take as much as the weights;
    in one of some more, `SMALL` numbers.
    """
    parameters = parameter_count(model)
    kind = next(model.parameters()).device.type
    numbers = max(min(parameters, SMALL), int(parameters * SHARES.get(kind, SHARES["cpu"])))
    most_scores = None
    if kind == "cuda" and not on_host:
        # Those of a group may lie on one device, which holds its part of the weights.
        devices = len({weight.device for weight in model.parameters()})
        most_scores = int(SCORES_ON_GPU * weight_bytes(model)) // SCORE_BYTES // devices
    return Memory(max(1, numbers // activation_size(model)), on_host, most_scores)


def weight_bytes(model: nn.Module) -> int:
    """Bytes of a model as it is loaded."""
    return sum(weight.nbytes for weight in model.parameters())


def activation_size(model: nn.Module) -> int:
    """Numbers that a backward pass keeps per token, estimated: twice the projections' outputs.

    Twice since norms, the attention and the activation function keep inputs of their own. Logits
    come on top. Works on the meta device too.
    """
    experts, chosen = anatomy_of(model).weights.get("experts", {}), experts_a_token(model)
    outputs = 0
    for name, weight in scope_weights(model, "all_layers").items():
        if name in experts and weight.dim() > 2:
            # Inputs and outputs change places among families: the wider side is counted.
            outputs += chosen * max(weight.shape[1:])
            continue
        module = owner_of(model, name)
        # GPT-2's Conv1D keeps its inputs in rows.
        outputs += weight.shape[1 if isinstance(module, Conv1D) else 0]
    return 2 * outputs
