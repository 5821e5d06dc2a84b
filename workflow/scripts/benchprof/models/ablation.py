"""Ablation: a mask's entries differ inside a `with` block and are bit-exactly restored after it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import torch
from torch import nn

from benchprof.errors import InputError
from benchprof.models.anatomy import owner_of
from benchprof.models.device import with_float64
from benchprof.models.mask import Mask
from benchprof.models.scope import WEIGHT
from benchprof.models.units import Projection, unit_projections
from benchprof.scoring.transfer import moved

Method = Literal["zero", "mean"]
"""What becomes of an entry: 0, or the mean of its (intact) tensor.

For units, `mean` is defined by `averaged`.
"""


def in_weights(model: nn.Module, mask: Mask) -> Mask:
    """The same mask as entries of weights; a unit becomes all entries that read its features.

    Raises:
        InputError: the model has no such unit.
    """
    if mask.unit == WEIGHT:
        return mask
    projections, entries = unit_projections(model, mask.unit), {}
    for name, units in mask.entries.items():
        if name not in projections or int(units[-1]) >= projections[name].units:
            raise _not_there(mask, f"{mask.unit} {int(units[-1])} of {name}")
        entries[name] = projections[name].entries(units)
    return Mask(entries, mask.origin | {"unit": WEIGHT})


@contextlib.contextmanager
def ablated(weights: Mapping[str, nn.Parameter], mask: Mask, method: Method) -> Iterator[None]:
    """Ablate the mask's entries of `weights`, in place; undo it at the end, also after an error.

    Only the masked entries move; there is no second copy of the model.

    Args:
        weights: by parameter name; at least those that the mask names.
        mask: which entries.
        method: what becomes of them.

    Raises:
        InputError: before any change, where the mask names a tensor or an entry that is not in
            scope.
    """
    _check(weights, mask)
    saved: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
    try:
        for name, indices in mask.entries.items():
            # view, not reshape: a copy would be zeroed in place of the weights.
            flat = weights[name].data.view(-1)
            positions = moved(indices, flat.device)
            values = flat[positions]
            saved[name] = positions, values
            flat[positions] = _ablated_value(flat, method)
        yield
    finally:
        for name, (positions, values) in saved.items():
            weights[name].data.view(-1)[positions] = values


@contextlib.contextmanager
def averaged(model: nn.Module, mask: Mask, means: Mapping[str, torch.Tensor]) -> Iterator[None]:
    """Put the mean of each of its features in place of a unit, as Wang et al., arXiv:2211.00593.

    The weights that read the unit are zeroed as by `ablated`. The output that the mean features
    would give is added to the projection's bias: computed in float32, rounded to the weight's
    dtype. All is undone at the end, also after an error.

    Args:
        model: whose units they are.
        mask: of units.
        means: of `activation_means`, float32, at least of the projections that the mask names.

    Raises:
        InputError: before any change, where the mask names a unit that `means` do not have.
    """
    entries = in_weights(model, mask)
    weights = {name: model.get_parameter(name) for name in means}
    projections = unit_projections(model, mask.unit)
    added = {}
    for name, projection in projections.items():
        chosen = torch.zeros(projection.units, dtype=torch.bool)
        chosen[mask.entries.get(name, torch.zeros(0)).long()] = True
        if name in means and bool(chosen.any()):
            features = torch.nonzero(chosen.repeat_interleave(projection.width))[:, 0]
            added[name] = _output(weights[name], projection, features, means[name])
    with ablated(weights, entries, "zero"), _biased(model, added):
        yield


def _output(
    weight: nn.Parameter, projection: Projection, features: torch.Tensor, values: torch.Tensor
) -> torch.Tensor:
    """What a projection makes of some of its features at these values, float32 [outputs]."""
    feature_indices = moved(features, weight.device)
    rows = weight.data[feature_indices] if projection.by_row else weight.data[:, feature_indices].T
    return moved(values, weight.device)[feature_indices] @ rows.float()


@contextlib.contextmanager
def _biased(model: nn.Module, added: Mapping[str, torch.Tensor]) -> Iterator[None]:
    """Inside the block, these vectors are added to projections' biases, by their weights' names."""
    modules = {name: owner_of(model, name) for name in added}
    intact: dict[str, Any] = {name: module.bias for name, module in modules.items()}
    try:
        for name, module in modules.items():
            bias, dtype = intact[name], model.get_parameter(name).dtype
            new_bias = added[name] if bias is None else added[name] + bias.data.float()
            # Not a hook: code that computes layers by itself reads only weights and biases.
            module.bias = nn.Parameter(new_bias.to(dtype), requires_grad=False)
        yield
    finally:
        for name, module in modules.items():
            module.bias = intact[name]


def _check(weights: Mapping[str, nn.Parameter], mask: Mask) -> None:
    if mask.unit != WEIGHT:
        where = f"mask of {mask.origin.get('ability')}"
        remedy = "Give `in_weights(model, mask)` in its place."
        raise InputError(where, f"numbers of {mask.unit}s", "entries of weights", remedy)
    for name, indices in mask.entries.items():
        if name not in weights or int(indices[-1]) >= weights[name].numel():
            raise _not_there(mask, f"entry {int(indices[-1])} of {name}")


def _not_there(mask: Mask, what: str) -> InputError:
    where, found = f"mask of {mask.origin.get('ability')}", f"{what} is not in the model's scope"
    return InputError(where, found, "a mask made for this model and scope")


def _ablated_value(flat: torch.Tensor, method: Method) -> float:
    """What entries of the intact tensor `flat` become."""
    return 0 if method == "zero" else float(with_float64(flat).mean(dtype=torch.float64))
