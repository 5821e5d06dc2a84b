"""`core`: what matters to all abilities."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence

import torch

from benchprof.masks.rule import Core
from benchprof.masks.shares import Shares
from benchprof.masks.threshold import above_zero, largest
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile


def select(
    rule: Core,  # noqa: ARG001
    files: Mapping[str, TensorFile],
    counts: Sequence[int],
    abilities: Sequence[str],
) -> Iterator[tuple[str, list[Entries]]]:
    """The same entries of every ability, for each count."""
    core = select_core(Shares.of_files(files), counts)
    return ((ability, core) for ability in abilities)


def select_core(shares: Shares, counts: Sequence[int]) -> list[Entries]:
    """`core`: the entries with the largest minimum over abilities of the share.

    What ranks high for every ability. The same mask for all of them; nested in the count, and
    smaller than it where fewer entries are above zero for every ability.
    """

    def least(tensor: str) -> torch.Tensor:
        shared = functools.reduce(torch.minimum, (shares.of(a, tensor) for a in shares.files))
        return above_zero(shared)

    return largest(shares.names, least, counts)
