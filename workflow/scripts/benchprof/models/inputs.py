"""What goes into projections, seen while a model computes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from benchprof.models.anatomy import owner_of


@contextlib.contextmanager
def inputs_seen(
    model: nn.Module, weights: Iterable[str], see: Callable[[str, torch.Tensor], None]
) -> Iterator[None]:
    """Inside the block each projection's input, (rows, tokens, features), is given to `see`.

    Args:
        model: any.
        weights: the names of the projections' weights.
        see: called with the name and the input. Some MLPs join rows and tokens.
    """

    def hook_for(name: str) -> Callable[[nn.Module, tuple[torch.Tensor, ...]], None]:
        return lambda _, inputs: see(name, inputs[0])

    hooks: list[RemovableHandle] = []
    try:
        for name in weights:
            hooks.append(owner_of(model, name).register_forward_pre_hook(hook_for(name)))
        yield
    finally:
        for handle in hooks:
            handle.remove()
