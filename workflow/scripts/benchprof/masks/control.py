"""Random controls: masks of the same size whose entries are drawn, not selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from benchprof.masks.parts import apportioned
from benchprof.models.mask import Entries, index_dtype
from benchprof.sampling import derived_seed

DECILES = 10
FEWEST = 6
"""Units of a class that controls are matched in, at least."""

LEFT_OUT = 255
"""Stands in place of the decile of an entry that is in no control."""

Strata = dict[str, list[int]]
"""Number of entries by tensor name and their decile in it, as `Classes` has them."""


def leave_out(deciles_of: Mapping[str, torch.Tensor], left_out: Entries) -> dict[str, torch.Tensor]:
    """The deciles with entries kept out of every control; those of others stay what they are."""
    kept = dict(deciles_of)
    for name, indices in left_out.items():
        kept[name] = deciles_of[name].index_fill(0, indices.long(), LEFT_OUT)
    return kept


def count_strata(entries: Entries, deciles_of: Mapping[str, torch.Tensor]) -> Strata:
    """How many of `entries` lie in each tensor and each decile."""
    return {
        name: torch.bincount(deciles_of[name][indices], minlength=DECILES).tolist()
        for name, indices in entries.items()
    }


def mean_strata(several: Sequence[Strata]) -> Strata:
    """The mean of several masks' counts, in whole entries and with the mean of their totals.

    That mean is rounded down. Entries lost by rounding down in the strata go to those with the
    largest remainders, ties to the lower (tensor name, decile).
    """
    names = sorted({name for strata in several for name in strata})
    cells = [(name, decile) for name in names for decile in range(DECILES)]
    sums = [sum(s[name][decile] for s in several if name in s) for name, decile in cells]
    counts = apportioned(sum(sums) // len(several), sums)
    mean: Strata = {}
    for (name, _), count in zip(cells, counts, strict=True):
        mean.setdefault(name, []).append(count)
    return mean


def draw_control(strata: Strata, deciles_of: Mapping[str, torch.Tensor], seed: int) -> Entries:
    """Draw as many entries at random in each tensor and decile as `strata` says.

    Deterministic in the seed, per tensor and decile, so that no stratum depends on another.
    """
    entries: Entries = {}
    for name, counts in strata.items():
        drawn = []
        for decile, count in enumerate(counts):
            members = torch.nonzero(deciles_of[name] == decile)[:, 0]
            random = np.random.default_rng(derived_seed(seed, name, decile))
            drawn.append(members[random.choice(len(members), count, replace=False)])
        if any(counts):
            kind = index_dtype(len(deciles_of[name]))
            entries[name] = torch.cat(drawn).to(kind).sort().values
    return entries


def magnitude_deciles(weight: torch.Tensor) -> torch.Tensor:
    """The decile, 0 (smallest) to 9, of each entry's magnitude within its tensor; flat, uint8.

    By rank, ties to the lower index, so that the deciles are as equal as whole numbers allow.
    """
    return _by_rank(weight.detach().reshape(-1).abs().float(), DECILES)


def level_deciles(levels: torch.Tensor) -> torch.Tensor:
    """The deciles of the levels of a projection's units; few units (heads) have fewer classes.

    A class holds `FEWEST` units or more: from classes of one a control could draw nothing else.
    """
    return _by_rank(levels, max(1, min(DECILES, len(levels) // FEWEST)))


def _by_rank(values: torch.Tensor, classes: int) -> torch.Tensor:
    ranked = torch.empty(len(values), dtype=torch.uint8)
    ranks = torch.arange(len(values)) * classes // len(values)
    ranked[values.argsort(stable=True)] = ranks.to(torch.uint8)
    return ranked
