"""Safetensors files that say in their metadata what made them, and carry their own digest."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from benchprof import digests
from benchprof.errors import InputError
from benchprof.files import written_whole

# One key: safetensors writes several in an order that changes from run to run.
KEY = "benchprof"
DIGEST = "sha256"
EXPONENTS = "exponents"
"""The key of the exponents of the powers of two that tensors are over, by name, if they are."""


def write_tensors(
    path: Path,
    tensors: Mapping[str, torch.Tensor],
    origin: Any,
    exponents: Mapping[str, int] | None = None,
) -> None:
    """Write tensors with their origin (a JSON object) and a digest, whole or not at all.

    The bytes depend on the arguments alone. With exponents a reader gets a tensor's values times
    two to the power of its exponent, as float32.
    """
    said = origin | ({} if exponents is None else {EXPONENTS: dict(exponents)})
    digest = _digest(said, ((name, tensors[name]) for name in sorted(tensors)))
    metadata = {KEY: _canonical(said | {DIGEST: digest})}
    with written_whole(path) as temporary:
        try:
            save_file(dict(tensors), temporary, metadata=metadata)
        except SafetensorError as error:
            # It tells the system's error, such as a full disk, in words alone.
            number = re.search(r"os error (\d+)", str(error))
            if number is None:
                raise
            raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from None


def read_origin(path: Path) -> dict[str, Any]:
    """What made a file, without a look at its tensors.

    Raises:
        InputError: the file is missing, or not one that this program wrote.
    """
    try:
        origin: dict[str, Any] = json.loads((safe_open(path, "pt").metadata() or {})[KEY])
        del origin[DIGEST]
        origin.pop(EXPONENTS, None)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        expected = "safetensors with an origin and a digest, as this version writes them"
        raise InputError(path, f"cannot be read ({error!r})", expected) from None
    return origin


class TensorFile:
    """A safetensors file read tensor by tensor, so that memory holds one at a time."""

    def __init__(self, path: Path) -> None:
        """Open a file and compare all that it holds with its digest; a gigabyte takes a second.

        Raises:
            InputError: the file is missing, damaged, or not one that this program wrote.
        """
        self.path = path
        remedy = "Delete it and run again."
        try:
            self._file = safe_open(path, framework="pt")
            self.names: list[str] = sorted(self._file.keys())
            self.origin: dict[str, Any] = json.loads((self._file.metadata() or {})[KEY])
            noted = self.origin.pop(DIGEST)
            stored = ((name, self._file.get_tensor(name)) for name in self.names)
            digest = _digest(self.origin, stored)
            self._exponents: dict[str, int] = self.origin.pop(EXPONENTS, {})
        except (
            SafetensorError, OSError, ValueError, KeyError, AttributeError, TypeError,
            RecursionError,
        ) as error:  # fmt: skip
            expected = "safetensors with an origin and a digest, as this version writes them"
            raise InputError(path, f"cannot be read ({error!r})", expected, remedy) from None
        if digest != noted:
            found = "its digest differs from its content"
            raise InputError(path, found, "an intact file", remedy)

    def tensor(self, name: str) -> torch.Tensor:
        """One tensor, on the CPU."""
        return self._scaled(name, self._file.get_tensor(name))

    def entries(self, name: str, indices: torch.Tensor) -> torch.Tensor:
        """Some entries of one tensor, by flat index, on the CPU; only these are converted."""
        return self._scaled(name, self._file.get_tensor(name).reshape(-1)[indices])

    def _scaled(self, name: str, value: torch.Tensor) -> torch.Tensor:
        if name not in self._exponents:
            return value
        # Exact: a power of two.
        return value.float().mul_(2.0 ** self._exponents[name])

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


def key_of(entry: Path) -> str:
    """The key of what a file of the store holds, which is compared with its digest.

    Raises:
        InputError: as `TensorFile` raises it.
    """
    return digests.of_value(TensorFile(entry).origin)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, allow_nan=False)


def _digest(origin: Any, tensors: Iterable[tuple[str, torch.Tensor]]) -> str:
    """SHA-256 of the origin and of each tensor's name, type, shape and bytes."""
    digest = hashlib.sha256(_canonical(origin).encode())
    for name, tensor in tensors:
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(flat.view(torch.uint8).numpy().data)
    return digest.hexdigest()
