"""Selections that look at one ability's ranking, or at what all abilities share."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import torch

from benchprof.masks.parts import chunks, largest_of_parts
from benchprof.masks.shares import Shares
from benchprof.masks.threshold import above_zero, largest
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile


def select_top(
    importance: TensorFile, counts: Sequence[int], within: str = "model"
) -> list[Entries]:
    """`top`: the entries with the highest importance, for each count; only such as are above zero.

    A mask is smaller than the count where fewer entries, or fewer of a part, are above zero.

    Args:
        importance: of one ability.
        counts: the sizes n.
        within: what is ranked together. model: the whole scope; masks are nested in the count.
            chunk: each chunk of consecutive weights of the tensors in the order of their names
            gives a share by its size; not nested in the count.
    """

    def scores(name: str) -> torch.Tensor:
        return above_zero(importance.tensor(name))

    if within == "model":
        return largest(importance.names, scores, counts)
    sizes = {name: importance.size(name) for name in importance.names}
    return [largest_of_parts(chunks(sizes, count), scores, count) for count in counts]


def select_bottom(importance: TensorFile, counts: Sequence[int]) -> list[Entries]:
    """`bottom`: the entries with the lowest importance, for each count; nested in the count.

    Of a signed score those nearest to 0.
    """
    return largest(importance.names, lambda name: -importance.tensor(name).abs(), counts)


def select_core(shares: Shares, counts: Sequence[int]) -> list[Entries]:
    """`core`: the entries with the largest minimum over abilities of the share.

    What ranks high for every ability. The same mask for all of them; nested in the count, and
    smaller than it where fewer entries are above zero for every ability.
    """

    def least(tensor: str) -> torch.Tensor:
        shared = functools.reduce(torch.minimum, (shares.of(a, tensor) for a in shares.files))
        return above_zero(shared)

    return largest(shares.names, least, counts)
