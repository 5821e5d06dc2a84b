"""Safetensors files that say in their metadata what made them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from benchprof.errors import InputError
from benchprof.files import written_whole

# One key: safetensors writes several in an order that changes from run to run.
KEY = "benchprof"


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor], origin: Any) -> None:
    """Write tensors with their origin (a JSON value), whole or not at all.

    The bytes depend on the arguments alone.
    """
    metadata = {KEY: json.dumps(origin, sort_keys=True, allow_nan=False)}
    with written_whole(path) as temporary:
        save_file(dict(tensors), temporary, metadata=metadata)


class TensorFile:
    """A safetensors file read tensor by tensor, so that memory holds one at a time."""

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            InputError: the file is missing, damaged, or not one that this program wrote.
        """
        self.path = path
        try:
            self._file = safe_open(path, framework="pt")
        except (SafetensorError, OSError) as error:
            remedy = "Delete it and run again."
            raise InputError(path, f"cannot be read ({error})", "safetensors", remedy) from None
        metadata = self._file.metadata() or {}
        if KEY not in metadata:
            raise InputError(path, "no origin in its metadata", "a file of this program")
        self.origin: dict[str, Any] = json.loads(metadata[KEY])
        self.names: list[str] = sorted(self._file.keys())

    def tensor(self, name: str) -> torch.Tensor:
        """One tensor, on the CPU."""
        value: torch.Tensor = self._file.get_tensor(name)
        return value

    @property
    def total_size(self) -> int:
        """Number of entries of all tensors together."""
        return sum(map(self.size, self.names))

    def size(self, name: str) -> int:
        """Number of entries of one tensor, without reading it."""
        size = 1
        for length in self._file.get_slice(name).get_shape():
            size *= length
        return size
