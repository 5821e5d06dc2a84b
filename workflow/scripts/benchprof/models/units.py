"""Units: the neurons and the attention heads whose outputs a projection reads.

A neuron is a feature between an MLP's activation function and its output projection, a head what
attention's output projection reads of one head. To zero a unit is to zero its columns of that
projection, and changes nothing else. Both are numbered from 0 within their layer's projection,
under whose name they stand.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from benchprof.errors import InputError
from benchprof.models.anatomy import owner_of, scope_weights
from benchprof.models.scope import PARTS, WEIGHT, Scope

_OUTPUT = re.compile(
    r"^(down_proj|dense_4h_to_h|fc2|fc_out|c_proj|w2|output_linear|o_proj|out_proj|dense|Wo)$"
)
"""What projections are called that write into the residual stream."""


@dataclass(frozen=True)
class Projection:
    """An output projection, by the units that it reads.

    Attributes:
        units: how many.
        width: features of each, which lie side by side: 1 of a neuron, a head's size of a head.
        outputs: features that it writes.
        by_row: whether its weight has inputs in rows (GPT-2's Conv1D), not in columns.
    """

    units: int
    width: int
    outputs: int
    by_row: bool

    def features(self, units: torch.Tensor) -> torch.Tensor:
        """Which of the features that it reads some units consist of, ascending."""
        return (units.long()[:, None] * self.width + torch.arange(self.width)).reshape(-1)

    def entries(self, units: torch.Tensor) -> torch.Tensor:
        """Flat indices into the weight of all that some units are multiplied with, ascending."""
        features = self.features(units)
        rows = torch.arange(self.outputs)
        inputs = self.units * self.width
        if self.by_row:
            return (features[:, None] * self.outputs + rows).reshape(-1)
        return (rows[:, None] * inputs + features).reshape(-1)


def unit_projections(
    model: nn.Module, unit: str, layers: Sequence[int] | None = None
) -> dict[str, Projection]:
    """The output projections that read units of a kind, by the names of their weights.

    Args:
        model: a causal language model, also without its weights.
        unit: neuron or head.
        layers: the first and the last decoder layer, from 0; all of them if None.

    Raises:
        InputError: as `scope_weights` raises it, the model has no output projection of a known
            name in that part, or one whose inputs are not a whole number of features a head.
    """
    weights = scope_weights(model, PARTS[unit], layers)
    outputs = {name: w for name, w in weights.items() if _is_output(model, name, w)}
    if not outputs:
        raise InputError(
            "unit",
            f"{unit}, but no projection of {sorted(weights)[0]} and its like is known to end one",
            f"a model whose {PARTS[unit]} ends in a projection such as down_proj or o_proj",
            "Set `unit: weight`.",
        )
    return {name: _projection(model, name, weight, unit) for name, weight in outputs.items()}


def every_projection(model: nn.Module) -> dict[str, Projection]:
    """The projections of every kind of unit that the model has."""
    every: dict[str, Projection] = {}
    for unit in PARTS:
        # One kind may be there without the other.
        with contextlib.suppress(InputError):
            every |= unit_projections(model, unit)
    return every


def unit_count(model: nn.Module, unit: str) -> int:
    """The number of units of a kind."""
    return sum(own.units for own in unit_projections(model, unit).values())


def scored_weights(model: nn.Module, scope: Scope) -> dict[str, nn.Parameter]:
    """The weights that a mask may ablate, by name: those in scope, or those that read its units.

    Raises:
        InputError: as `scope_weights` and `unit_projections` raise it.
    """
    if scope.unit == WEIGHT:
        return scope_weights(model, scope.name, scope.layers)
    projections = unit_projections(model, scope.unit, scope.layers)
    return {name: model.get_parameter(name) for name in projections}


def entry_counts(model: nn.Module, scope: Scope) -> dict[str, int]:
    """Number of entries of every tensor in scope, or of units that it reads, by name.

    Args:
        model: a causal language model, also without its weights.
        scope: what is counted.

    Raises:
        InputError: as `scope_weights` and `unit_projections` raise it.
    """
    if scope.unit == WEIGHT:
        weights = scope_weights(model, scope.name, scope.layers)
        return {name: weight.numel() for name, weight in weights.items()}
    projections = unit_projections(model, scope.unit, scope.layers)
    return {name: own.units for name, own in projections.items()}


def _is_output(model: nn.Module, name: str, weight: nn.Parameter) -> bool:
    module = owner_of(model, name)
    return (
        weight.dim() == 2
        and isinstance(module, nn.Linear | Conv1D)
        and bool(_OUTPUT.match(name.split(".")[-2]))
    )


def _projection(model: nn.Module, name: str, weight: nn.Parameter, unit: str) -> Projection:
    by_row = isinstance(owner_of(model, name), Conv1D)
    outputs, inputs = reversed(weight.shape) if by_row else weight.shape
    units = inputs if unit == "neuron" else _heads(model, name)
    if inputs % units:
        found = f"{inputs} inputs for {units} heads"
        raise InputError(name, found, "as many features for each head", "Set `unit: weight`.")
    return Projection(units, inputs // units, outputs, by_row)


def _heads(model: nn.Module, name: str) -> int:
    """How many heads the projection of this weight reads.

    The attention says it where layers have different numbers of heads (Laguna).

    Raises:
        InputError: neither the attention nor the configuration says it.
    """
    config: Any = model.config
    attention = model.get_submodule(name.rpartition(".")[0].rpartition(".")[0])
    of_all = getattr(config.get_text_config(), "num_attention_heads", None)
    count = getattr(attention, "num_heads", of_all)
    if not isinstance(count, int):
        found = f"a model of type {config.model_type!r}, which doesn't say how many heads it has"
        raise InputError(name, found, "a number of heads", "Set `unit: weight` or `unit: neuron`.")
    return count
