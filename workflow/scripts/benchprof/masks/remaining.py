"""Importance without some entries: what is left to choose from."""

from __future__ import annotations

from pathlib import Path

import torch

from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile


class Remaining(TensorFile):
    """An importance file as if some entries were not in scope.

    Tensors that hold such entries are flat and shorter. No selection needs to know of these
    entries: rankings, pools, sums and sizes are those of the remaining ones. `in_whole` converts
    the selected indices back.
    """

    def __init__(self, path: Path, left_out: Entries) -> None:
        """Open a file.

        Args:
            path: of the importance.
            left_out: the entries that are not there; none for the whole file.

        Raises:
            InputError: as of `TensorFile`.
        """
        # While the file is opened, its digest is computed from all entries.
        self._left_out: Entries = {}
        super().__init__(path)
        self._left_out = left_out

    def tensor(self, name: str) -> torch.Tensor:
        """One tensor, on the CPU; flat where an entry of it is left out."""
        whole = super().tensor(name)
        if name not in self._left_out:
            return whole
        # In pieces: an index of all remaining entries would take twice the tensor's memory.
        first, *rest = whole.reshape(-1).tensor_split(self._left_out[name].tolist())
        return torch.cat([first, *(piece[1:] for piece in rest)])

    def entries(self, name: str, indices: torch.Tensor) -> torch.Tensor:
        """Some entries of one tensor, by flat index among those that are left."""
        left = in_whole({name: indices}, self._left_out)
        return super().entries(name, left[name])

    def size(self, name: str) -> int:
        """Number of entries of one tensor that are left, without reading it."""
        return super().size(name) - len(self._left_out.get(name, ()))


def in_whole(entries: Entries, left_out: Entries) -> Entries:
    """Convert indices that skip `left_out` into indices of the full tensor.

    To each index, the number of left-out entries before it is added.
    """
    whole = dict(entries)
    for name in entries.keys() & left_out.keys():
        out = left_out[name]
        before = out - torch.arange(len(out), dtype=out.dtype)
        indices = entries[name].to(out.dtype)
        whole[name] = indices + torch.searchsorted(before, indices, right=True).to(out.dtype)
    return whole
