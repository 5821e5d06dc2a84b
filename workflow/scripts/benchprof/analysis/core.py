"""The shared core: how many entries are among the most important ones for all abilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from scipy.stats import binom

from benchprof.masks.rankings import select_top
from benchprof.masks.threshold import Entries
from benchprof.tensors import TensorFile

COLUMNS = ["fraction", "n", "all", "half", "alone", "chance_all", "chance_half", "chance_alone"]


def core_table(files: Mapping[str, TensorFile], counts: Mapping[str, int]) -> pd.DataFrame:
    """A row per k: what other abilities' `top` masks hold of a `top` mask's n entries.

    Memory: the masks, 4 bytes an entry of every ability and k.

    Args:
        files: importance by ability, of at least two.
        counts: n by k.

    Returns:
        How many of a mask's n entries are in `all` masks, in more than `half` of the masks, and in
        no other mask (`alone`), as means over abilities. With `chance_` in front, the numbers to
        expect if each mask drew its n entries at random from the whole scope.
    """
    tops = [select_top(file, list(counts.values())) for file in files.values()]
    masks, size = len(tops), next(iter(files.values())).total_size
    half = masks // 2 + 1
    rows = []
    for number, (fraction, n) in enumerate(counts.items()):
        held = holders([top[number] for top in tops])
        # An entry that `times` masks hold counts once for each of them.
        means = [times * entries / masks for times, entries in enumerate(held, start=1)]
        others = binom(masks - 1, n / size)
        chance = [others.pmf(masks - 1), others.sf(half - 2), others.pmf(0)]
        observed = [means[-1], sum(means[half - 1 :]), means[0]]
        rows.append((fraction, n, *observed, *(n * share for share in chance)))
    return pd.DataFrame(rows, columns=COLUMNS)


def holders(masks: Sequence[Entries]) -> list[int]:
    """How many entries exactly 1, 2, ... of the masks hold."""
    held = torch.zeros(len(masks) + 1, dtype=torch.int64)
    for tensor in sorted({name for entries in masks for name in entries}):
        together = torch.cat([entries[tensor] for entries in masks if tensor in entries])
        times = together.unique(return_counts=True)[1]
        held += torch.bincount(times, minlength=len(held))
    return [int(number) for number in held[1:]]
