"""Safetensors files that say in their metadata what made them, and carry their own digest."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from benchprof.files import written_whole
from benchprof.origin import DIGEST, EXPONENTS, KEY, TYPES, canonical, digest_of, open_verified


def write_tensors(
    path: Path,
    tensors: Mapping[str, torch.Tensor],
    origin: Any,
    exponents: Mapping[str, int] | None = None,
) -> None:
    """Write tensors with their origin (a JSON object) and a digest, whole or not at all.

    The bytes depend on the arguments alone. With exponents a reader gets a tensor's values times
    two to the power of its exponent, as float32.

    Raises:
        TypeError: a tensor is of a type that no reader knows.
    """
    said = origin | ({} if exponents is None else {EXPONENTS: dict(exponents)})
    digest = digest_of(said, (_told(name, tensors[name]) for name in sorted(tensors)))
    metadata = {KEY: canonical(said | {DIGEST: digest})}
    with written_whole(path) as temporary:
        try:
            save_file(dict(tensors), temporary, metadata=metadata)
        except SafetensorError as error:
            # It tells the system's error, such as a full disk, in words alone.
            number = re.search(r"os error (\d+)", str(error))
            if number is None:
                raise
            raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from None


class TensorFile:
    """A safetensors file read tensor by tensor, so that memory holds one at a time.

    Attributes:
        path: the file.
        origin: what made it.
        names: of its tensors, sorted.
    """

    def __init__(self, path: Path) -> None:
        """Open a file and compare all that it holds with its digest.

        Raises:
            InputError: as `open_verified` raises it.
        """
        self.path = path
        self._file, self.origin, self._exponents = open_verified(path, "pt")
        self.names: list[str] = sorted(self._file.keys())

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


def _told(name: str, tensor: torch.Tensor) -> tuple[str, str, list[int], list[Any]]:
    """A tensor as its file's digest takes it."""
    kind = str(tensor.dtype)
    if kind not in TYPES.values():
        raise TypeError(f"{name}: {kind}; expected one of {', '.join(TYPES.values())}")
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return name, kind, list(tensor.shape), [flat.view(torch.uint8).numpy().data]
