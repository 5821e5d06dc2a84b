"""Where a causal language model keeps its decoder layers, found by its modules and not by names."""

from __future__ import annotations

from typing import Any

from torch import nn

from benchprof.errors import InputError


def decoder_of(model: nn.Module) -> tuple[str, nn.Module, list[nn.Module]]:
    """The decoder of a causal language model: its path, the module, and its layers.

    It owns the list of layers that has the most parameters; of a model that reads images too, that
    of its language model. Called with `input_ids` it gives the hidden states before the head.

    Raises:
        InputError: there is no list of layers.
    """
    path, layers = layer_list(model)
    owner = path.rpartition(".")[0]
    return owner, model.get_submodule(owner), list(layers)


def layer_list(model: nn.Module) -> tuple[str, nn.ModuleList]:
    """The path of the decoder layers below the model, and their list.

    Raises:
        InputError: there is none.
    """
    own: Any = getattr(model, "get_decoder", lambda: model)
    # ModernBERT's is its head.
    lists = _lists_in(model, own()) or _lists_in(model, model)
    if not lists:
        found = f"a {type(model).__name__} without a list of layers"
        raise InputError("architecture", found, "a decoder whose layers are a torch ModuleList")
    # The first of equals holds the others.
    return max(lists, key=lambda entry: sum(weight.numel() for weight in entry[1].parameters()))


def _lists_in(model: nn.Module, part: nn.Module) -> list[tuple[str, nn.ModuleList]]:
    """The lists of modules in a part of a model that are not empty, each with its path."""
    below = next(name for name, module in model.named_modules() if module is part)
    return [
        (f"{below}.{name}".strip("."), module)
        for name, module in part.named_modules()
        if isinstance(module, nn.ModuleList) and len(module)
    ]
