"""Selections that look at one ability's ranking, or at what all abilities share."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import torch

from benchprof.masks.shares import Shares
from benchprof.masks.threshold import Entries, largest
from benchprof.tensors import TensorFile


def select_top(importance: TensorFile, counts: Sequence[int]) -> list[Entries]:
    """`top`: the entries with the highest importance, for each count; nested in the count."""
    return largest(importance.names, importance.tensor, counts)


def select_bottom(importance: TensorFile, counts: Sequence[int]) -> list[Entries]:
    """`bottom`: the entries with the lowest importance, for each count; nested in the count.

    Of a signed score those nearest to 0.
    """
    return largest(importance.names, lambda name: -importance.tensor(name).abs(), counts)


def select_core(shares: Shares, counts: Sequence[int]) -> list[Entries]:
    """`core`: the entries with the largest minimum over abilities of the share.

    What ranks high for every ability. The same mask for all of them; nested in the count.
    """

    def least(tensor: str) -> torch.Tensor:
        return functools.reduce(torch.minimum, (shares.of(a, tensor) for a in shares.files))

    return largest(shares.names, least, counts)
