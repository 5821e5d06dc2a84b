"""The largest scores of every part of the scope, each part with a share of the mask by its size.

A part is a chunk of consecutive weights. Parts are read one after the other, so that
memory is bounded as `threshold` says, with one tensor more that is kept between chunks of it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from benchprof.masks.threshold import largest, more_than_scope
from benchprof.models.mask import Entries, index_dtype

# The least length of a chunk in Kim et al.'s public code (extract_region/extract_region.py).
LEAST_CHUNK = 1_000_000


@dataclass(frozen=True)
class Piece:
    """Consecutive weights of one tensor: its flat indices from `start` to below `stop`."""

    tensor: str
    start: int
    stop: int


Part = list[Piece]
"""What is ranked by itself: pieces of different tensors, in the order of the tensors."""


def chunks(sizes: Mapping[str, int], count: int) -> list[Part]:
    """Chunks of consecutive weights of all tensors, one tensor after the other.

    Args:
        sizes: by tensor name, in the order in which the tensors are laid end to end.
        count: the size of the mask, which decides the chunks' length.
    """
    length = chunk_length(sum(sizes.values()), count)
    parts: list[Part] = []
    room = 0
    for name, size in sizes.items():
        start = 0
        while start < size:
            if room == 0:
                parts.append([])
                room = length
            stop = min(start + room, size)
            parts[-1].append(Piece(name, start, stop))
            room -= stop - start
            start = stop
    return parts


def chunk_length(size: int, count: int) -> int:
    """The length of a chunk, for a mask of `count` of `size` weights.

    Kim et al.'s public code takes a million, or √(size / share) where that is more: then each of
    about √count chunks gives as many entries.
    """
    return max(LEAST_CHUNK, int(math.sqrt(size / (count / size + 1e-9))))


def largest_of_parts(
    parts: Sequence[Part], score_of: Callable[[str], torch.Tensor], count: int
) -> Entries:
    """The entries with the largest scores within every part: `count` in all.

    Each part gives a share by its size, as `apportioned` says. Within a part ties go to the lower
    (position of the tensor, flat index).

    Args:
        parts: each weight in one of them; the pieces of a tensor in ascending order.
        score_of: gives a tensor's scores, as of `largest`.
        count: how many entries to take.

    Raises:
        InputError: the count exceeds the number of scores, or a score is not a number.
    """
    sizes = [sum(piece.stop - piece.start for piece in part) for part in parts]
    if count > sum(sizes):
        raise more_than_scope(count, sum(sizes))
    read = functools.lru_cache(maxsize=1)(lambda name: score_of(name).reshape(-1))
    # The type follows the whole tensor: int32 may be enough for a piece but not for its tensor.
    kinds = {piece.tensor: index_dtype(piece.stop) for part in parts for piece in part}
    chosen: dict[str, list[torch.Tensor]] = {}
    for part, share in zip(parts, apportioned(count, sizes), strict=True):
        if share == 0:
            continue
        for piece, indices in _largest_of(part, read, share):
            whole = indices.to(kinds[piece.tensor]) + piece.start
            chosen.setdefault(piece.tensor, []).append(whole)
    return {tensor: torch.cat(indices) for tensor, indices in chosen.items()}


def apportioned(count: int, sizes: Sequence[int]) -> list[int]:
    """`count` shared out in proportion to `sizes`, in whole numbers that add up to it.

    By largest remainders, ties to the earlier. A share never exceeds its size, where `count` does
    not exceed their sum; it may fall by one while `count` rises.
    """
    total = sum(sizes)
    shares = [count * size // total for size in sizes]
    by_remainder = sorted(range(len(sizes)), key=lambda i: (-(count * sizes[i] % total), i))
    for position in by_remainder[: count - sum(shares)]:
        shares[position] += 1
    return shares


def _largest_of(
    part: Part, read: Callable[[str], torch.Tensor], count: int
) -> list[tuple[Piece, torch.Tensor]]:
    """The entries of one part, as indices within each piece."""
    pieces = {piece.tensor: piece for piece in part}

    def scores(tensor: str) -> torch.Tensor:
        return read(tensor)[pieces[tensor].start : pieces[tensor].stop]

    (entries,) = largest(list(pieces), scores, [count])
    return [(pieces[tensor], indices) for tensor, indices in entries.items()]
