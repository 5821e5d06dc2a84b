"""Ablation: a mask's entries are zero inside a `with` block and bit-exactly as before after it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import torch
from torch import nn

from benchprof.errors import InputError
from benchprof.masks.mask import Mask


@contextlib.contextmanager
def ablated(weights: Mapping[str, nn.Parameter], mask: Mask) -> Iterator[None]:
    """Zero the mask's entries of `weights`, in place; undo it at the end, also after an error.

    Only the masked entries move; there is no second copy of the model.

    Raises:
        InputError: before any change, where the mask names a tensor or an entry that is not in
            scope.
    """
    for name, indices in mask.entries.items():
        if name not in weights or int(indices[-1]) >= weights[name].numel():
            raise InputError(
                f"mask of {mask.origin.get('ability')}",
                f"entry {int(indices[-1])} of {name} is not in the model's scope",
                "a mask made for this model and scope",
            )
    saved: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
    try:
        for name, indices in mask.entries.items():
            # view, not reshape: a copy would be zeroed in place of the weights.
            flat = weights[name].data.view(-1)
            positions = indices.to(flat.device)
            saved[name] = positions, flat[positions].clone()
            flat[positions] = 0
        yield
    finally:
        for name, (positions, values) in saved.items():
            weights[name].data.view(-1)[positions] = values
