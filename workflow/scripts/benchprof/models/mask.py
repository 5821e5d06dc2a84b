"""A mask's file: sorted indices by tensor name, with what made them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchprof.ablation import Ablation
from benchprof.errors import InputError
from benchprof.models.scope import WEIGHT
from benchprof.tensors import TensorFile, write_tensors

Entries = dict[str, torch.Tensor]
"""Flat indices by tensor name, of `index_dtype`: ascending, tensors without any left out.

At 8 billion parameters the masks of one ability at the paper's six mask fractions hold 110 million
indices.
"""
NARROW = 1 << 31
"""How many entries a tensor has at most for int32 to number them all."""


def index_dtype(size: int) -> torch.dtype:
    """The type of flat indices into a tensor of `size` entries: int32, or int64 beyond 2^31.

    The tensor's size decides, not its largest index: all masks of a tensor have one type, and can
    be concatenated and searched in each other.
    """
    return torch.int32 if size <= NARROW else torch.int64


@dataclass(frozen=True)
class Mask:
    """Entries to ablate and their origin.

    Attributes:
        entries: indices, int32 or int64, ascending, by tensor name: flat ones of weights, or the
            numbers of the units that the named projection reads.
        origin: what made the mask: ability, selection, unit, fraction, n, digests.
    """

    entries: Entries
    origin: dict[str, Any]

    @property
    def unit(self) -> str:
        """What an entry is: weight, neuron or head."""
        return str(self.origin.get("unit", WEIGHT))

    @property
    def size(self) -> int:
        """The number of entries."""
        return sum(len(indices) for indices in self.entries.values())

    @property
    def digest(self) -> str:
        """SHA-256 of the entries alone: two masks of the same entries are the same ablation."""
        # Of weights as it always was.
        digest = hashlib.sha256(b"" if self.unit == WEIGHT else f"{self.unit};".encode())
        for name, indices in sorted(self.entries.items()):
            digest.update(f"{name}:{len(indices)};".encode())
            digest.update(indices.to(torch.int64).numpy().tobytes())
        return digest.hexdigest()


def write_mask(path: Path, mask: Mask) -> None:
    """Write a mask."""
    write_tensors(path, mask.entries, mask.origin | {"n": mask.size, "digest": mask.digest})


def read_masks(paths: Mapping[Ablation, Path]) -> dict[Ablation, Mask]:
    """Read masks, and compare what their metadata say that they are with what they are read as.

    Raises:
        InputError: a file is damaged, or holds another mask than its name says.
    """
    masks = {ablation: read_mask(path) for ablation, path in paths.items()}
    for ablation, mask in masks.items():
        for key, value in ablation.claims.items():
            if mask.origin.get(key) != value:
                raise InputError(
                    paths[ablation],
                    f"a mask whose {key} is {mask.origin.get(key)}",
                    f"{value}, as its name says",
                    "Delete it and run again.",
                )
    return masks


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
