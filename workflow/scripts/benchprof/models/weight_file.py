"""A safetensors file of a model, filled weight by weight."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, MutableMapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedModel

NAMES = {torch.float32: "F32", torch.bfloat16: "BF16"}
"""Precisions as safetensors names them, in the order in which it puts their weights."""


class WeightFile(MutableMapping[str, torch.Tensor]):
    """A model's weights by name, mapped from their file: one that nobody holds takes no memory.

    A weight that is set is copied into the file and rounded to its precision there. Whoever gets it
    can write to it: transformers sets joined experts half by half. Byte for byte the file is the
    one that safetensors writes of the same weights.
    """

    def __init__(self, path: Path, model: PreTrainedModel) -> None:
        """Make the file with room for every weight.

        Args:
            path: of the file, which is written over.
            model: on the meta device, each weight with the precision that it is loaded in.
        """
        every = model.state_dict(keep_vars=True)
        # A tied weight is in the file once, under its first name.
        first = {id(weight): name for name, weight in reversed(every.items())}
        self._tied = {name for name, weight in every.items() if first[id(weight)] != name}
        shapes = {name: weight.shape for name, weight in every.items() if name not in self._tied}
        precisions = {name: _precision(model, name, every[name].dtype) for name in shapes}
        order = sorted(shapes, key=lambda name: (list(NAMES).index(precisions[name]), name))
        self._path, self._shapes, self._precisions = path, shapes, precisions
        self._starts = _lay_out(path, {name: (precisions[name], shapes[name]) for name in order})
        self._set: set[str] = set()
        self._unexpected: set[str] = set()
        self._misshapen: dict[str, torch.Size] = {}

    def __setitem__(self, name: str, value: torch.Tensor) -> None:
        """Write a weight; one that the model lacks, or has in another shape, is in the report."""
        if name in self._tied:
            return
        if name not in self._shapes:
            self._unexpected.add(name)
        elif value.shape != self._shapes[name]:
            self._misshapen[name] = value.shape
        else:
            self._set.add(name)
            self[name].copy_(value)

    def __getitem__(self, name: str) -> torch.Tensor:
        """A weight that was set, as it is in the file; writing to it writes there."""
        if name not in self._set:
            raise KeyError(name)
        shape, precision = self._shapes[name], self._precisions[name]
        mapped = np.memmap(
            self._path, np.uint8, "r+", self._starts[name], (prod(shape) * precision.itemsize,)
        )
        return torch.from_numpy(mapped).view(precision).view(shape)

    def __delitem__(self, name: str) -> None:
        """Count a weight as not set."""
        self._set.remove(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._set)

    def __len__(self) -> int:
        return len(self._set)

    def report(self) -> dict[str, Any]:
        """What differs from the model, as transformers reports it of one that it loaded."""
        return {
            "missing_keys": set(self._shapes) - self._set - set(self._misshapen),
            "unexpected_keys": self._unexpected,
            "mismatched_keys": {
                (name, found, self._shapes[name]) for name, found in self._misshapen.items()
            },
        }


def _precision(model: PreTrainedModel, name: str, loaded: torch.dtype) -> torch.dtype:
    """The precision in which transformers loads a weight: some are float32 in any model."""
    patterns = model._keep_in_fp32_modules_strict or ()
    kept = any(re.search(pattern.replace("*", ".*"), name) for pattern in patterns)
    return torch.float32 if kept else loaded


def _lay_out(path: Path, weights: Mapping[str, tuple[torch.dtype, torch.Size]]) -> dict[str, int]:
    """Make a file of safetensors with zeros for weights; return where each begins, in bytes."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, (precision, shape) in weights.items():
        start, end = end, end + prod(shape) * precision.itemsize
        header[name] = {
            "dtype": NAMES[precision],
            "shape": list(shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    size = len(text).to_bytes(8, "little")
    with path.open("wb") as file:
        file.write(size + text)
        file.truncate(len(size + text) + end)
    return {name: len(size + text) + header[name]["data_offsets"][0] for name in weights}
