"""A planted model's card: which neurons hold which ability, and the weights that these are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from benchprof.errors import InputError
from benchprof.models.mask import Entries

Neurons = Sequence[Sequence[int]]
"""Per decoder layer the numbers of MLP neurons, ascending."""


def read_planted_card(path: Path) -> dict[str, Neurons]:
    """The neurons of each ability's block, and of the `core`; nothing for an entangled model.

    Raises:
        InputError: there is no card, or it has no neurons.
    """
    neurons = _read(path)
    core = {"core": neurons["core"]} if neurons["core"] else {}
    return {**neurons["abilities"], **core}


def read_forms(path: Path) -> dict[str, Neurons]:
    """The neurons that write each ability's alphabet; nothing for a model without alphabets.

    Raises:
        InputError: there is no card, or it has no neurons.
    """
    return dict(_read(path).get("forms", {}))


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(path, "no such file", "the card of a planted model")
    card = json.loads(path.read_text(encoding="utf-8"))
    if "neurons" not in card:
        raise InputError(path, "no `neurons`", "the card of a planted model")
    return dict(card["neurons"])


def neuron_entries(weights: Mapping[str, torch.Tensor], neurons: Neurons) -> Entries:
    """The flat entries of a gated MLP's neurons: rows of gate and up, columns of down.

    Args:
        weights: by parameter name, with `layers.N.mlp.{gate,up,down}_proj.weight`.
        neurons: per layer.
    """
    entries = {}
    for name, weight in weights.items():
        layer = int(name.split(".layers.")[1].split(".")[0])
        numbers = torch.tensor(neurons[layer], dtype=torch.int64)
        rows, columns = weight.shape
        if name.endswith("down_proj.weight"):
            flat = torch.arange(rows)[:, None] * columns + numbers[None]
        else:
            flat = numbers[:, None] * columns + torch.arange(columns)[None]
        entries[name] = flat.reshape(-1).sort().values
    return {name: indices for name, indices in entries.items() if len(indices)}
