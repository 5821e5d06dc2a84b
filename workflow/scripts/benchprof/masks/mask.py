"""A mask's file: sorted flat indices by tensor name, with what made them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchprof.errors import InputError
from benchprof.masks.threshold import Entries
from benchprof.tensors import TensorFile, write_tensors


@dataclass(frozen=True)
class Mask:
    """Entries to ablate and their origin.

    Attributes:
        entries: flat indices, int32, ascending, by tensor name.
        origin: what made the mask: ability, selection, fraction, n, digests.
    """

    entries: Entries
    origin: dict[str, Any]

    @property
    def size(self) -> int:
        """The number of entries."""
        return sum(len(indices) for indices in self.entries.values())

    @property
    def digest(self) -> str:
        """SHA-256 of the entries alone: two masks of the same entries are the same ablation."""
        digest = hashlib.sha256()
        for name, indices in sorted(self.entries.items()):
            digest.update(f"{name}:{len(indices)};".encode())
            digest.update(indices.to(torch.int64).numpy().tobytes())
        return digest.hexdigest()


def write_mask(path: Path, mask: Mask) -> None:
    """Write a mask."""
    write_tensors(path, mask.entries, mask.origin | {"n": mask.size, "digest": mask.digest})


def read_mask(path: Path) -> Mask:
    """Read a mask and compare it with its digest.

    Raises:
        InputError: the file is damaged.
    """
    file = TensorFile(path)
    mask = Mask({name: file.tensor(name) for name in file.names}, file.origin)
    if mask.digest != file.origin.get("digest"):
        found = f"its entries have the digest {mask.digest[:12]}"
        expected = f"{str(file.origin.get('digest'))[:12]}, as its metadata say"
        raise InputError(path, found, expected, "The file is damaged: delete it and run again.")
    return mask
