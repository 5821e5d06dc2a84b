"""Which GPU holds which part of a model that is spread over several."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn
from transformers import AutoModelForCausalLM, PretrainedConfig

from benchprof.scoring.structure import layer_list


def empty_model(config: PretrainedConfig) -> nn.Module:
    """The causal LM of a configuration on torch's meta device: shapes, and no weights."""
    with torch.device("meta"):
        # No attention is computed: what the configuration asks for need not be installed.
        model: nn.Module = AutoModelForCausalLM.from_config(config, attn_implementation=None)
    return model


def placement(model: nn.Module, gpus: int) -> dict[str, int]:
    """The GPU of each module, in equal shares of the weights: a `device_map` of transformers.

    The layers keep their order and stay whole, each on the GPU in whose share its middle falls.
    What comes before them is on the first GPU, what comes behind them on the last, except a head
    that is tied to the embeddings, which is where these are. Modules without parameters compute
    what all layers read (rotary embeddings) and are on the first, as are parameters in no module.

    transformers' own `balanced` fills one GPU after the other to its share plus the size of the
    largest matrix, the embeddings. Of Llama 3.1 8B it gives four GPUs 4.1, 5.2, 5.2 and 1.5 GB, and
    two of eight nothing.

    Args:
        model: on any device.
        gpus: how many, from 0.
    """
    path, _ = layer_list(model)
    before, behind = _around(model, path)
    places = dict.fromkeys(before, 0)
    passed = _size(*(model.get_submodule(name) for name in before))
    total = _size(model)
    for name in layer_names(model):
        size = _size(model.get_submodule(name))
        places[name] = int((passed + size / 2) * gpus / total)
        passed += size
    return places | dict.fromkeys(behind, gpus - 1) | dict.fromkeys(_bare(model, path), 0)


def layer_names(model: nn.Module) -> list[str]:
    """The names of the decoder layers, in their order."""
    path, layers = layer_list(model)
    return [f"{path}.{name}" for name, _ in layers.named_children()]


def place_of(name: str, places: Mapping[str, int]) -> int:
    """The GPU of a parameter by its name."""
    return next(gpu for own, gpu in places.items() if name == own or name.startswith(f"{own}."))


def _bare(model: nn.Module, path: str) -> list[str]:
    """Parameters that belong to what holds the layers at `path`, and to no module in it."""
    steps = path.split(".")
    holders = [".".join(steps[:depth]) for depth in range(len(steps))]
    return [
        f"{holder}.{name}".lstrip(".")
        for holder in holders
        for name, _ in model.get_submodule(holder).named_parameters(recurse=False)
    ]


def _around(model: nn.Module, path: str) -> tuple[list[str], list[str]]:
    """The modules that come before the layers at `path`, and those behind them."""
    before: list[str] = []
    behind: list[str] = []
    parent, prefix = model, ""
    for step in path.split("."):
        passed = False
        for name, child in parent.named_children():
            if name == step:
                passed = True
            else:
                (behind if passed and _size(child) else before).append(prefix + name)
        parent, prefix = parent.get_submodule(step), f"{prefix}{step}."
    known = {id(p) for name in before for p in model.get_submodule(name).parameters()}
    tied = [n for n in behind if any(id(p) in known for p in model.get_submodule(n).parameters())]
    return before + tied, [name for name in behind if name not in tied]


def _size(*modules: nn.Module) -> int:
    """The number of parameters of modules; tied ones count once."""
    return sum({id(p): p.numel() for m in modules for p in m.parameters()}.values())
