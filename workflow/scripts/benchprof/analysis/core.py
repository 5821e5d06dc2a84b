"""The shared core: how many entries are among the most important ones for all abilities."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from statistics import mean

import numpy as np
import pandas as pd
import torch

from benchprof.masks.rules.top import select_top
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile

COLUMNS = [
    "mask_fraction",
    "n",
    "all",
    "half",
    "alone",
    "chance_all",
    "chance_half",
    "chance_alone",
]


def core_table(files: Mapping[str, TensorFile], counts: Mapping[str, int]) -> pd.DataFrame:
    """A row per k: what other abilities' `top` masks hold of a `top` mask's entries.

    Memory: the masks, 4 bytes an entry of every ability and mask fraction.

    Args:
        files: importance by ability, of at least two.
        counts: n by k.

    Returns:
        How many entries a mask has (`n`), and how many of them are in `all` masks, in more than
        `half` of the masks, and in no other mask (`alone`), as means over abilities. With `chance_`
        in front, the numbers to expect if each mask drew its entries at random from the whole
        scope.
    """
    tops = [select_top(file, list(counts.values())) for file in files.values()]
    masks, size = len(tops), next(iter(files.values())).total_size
    half = masks // 2 + 1
    rows = []
    for number, mask_fraction in enumerate(counts):
        chosen = [top[number] for top in tops]
        held, numbers = holders(chosen), [sum(map(len, entries.values())) for entries in chosen]
        # An entry that `times` masks hold counts once for each of them.
        means = [times * entries / masks for times, entries in enumerate(held, start=1)]
        found = by_chance(numbers, size)
        rows.append((mask_fraction, mean(numbers), *_summed(means, half), *_summed(found, half)))
    return pd.DataFrame(rows, columns=COLUMNS)


def by_chance(numbers: Sequence[int], size: int) -> list[float]:
    """Entries of a mask that exactly 1, 2, ... masks hold if all are drawn at random.

    Args:
        numbers: entries of each mask.
        size: of what they are drawn from.

    Returns:
        Means over the masks.
    """
    share = [number / size for number in numbers]
    every = []
    for own, number in enumerate(numbers):
        others = [[1 - p, p] for mask, p in enumerate(share) if mask != own]
        every.append(number * functools.reduce(np.convolve, others, np.ones(1)))
    return [float(entries) for entries in np.mean(every, axis=0)]


def _summed(held: Sequence[float], half: int) -> tuple[float, float, float]:
    """Entries in all masks, in `half` of them or more, and in one alone."""
    return held[-1], sum(held[half - 1 :]), held[0]


def holders(masks: Sequence[Entries]) -> list[int]:
    """How many entries exactly 1, 2, ... of the masks hold."""
    held = torch.zeros(len(masks) + 1, dtype=torch.int64)
    for tensor in sorted({name for entries in masks for name in entries}):
        together = torch.cat([entries[tensor] for entries in masks if tensor in entries])
        times = together.unique(return_counts=True)[1]
        held += torch.bincount(times, minlength=len(held))
    return [int(number) for number in held[1:]]
