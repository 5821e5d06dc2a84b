"""Selections: from the abilities' importance to the entries of each ability's mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from benchprof.errors import InputError
from benchprof.masks.threshold import Entries, largest
from benchprof.tensors import TensorFile


def select_top(importance: TensorFile, counts: Sequence[int]) -> list[Entries]:
    """`top`: the entries with the highest importance, for each count; nested in the count."""
    return largest(importance.names, importance.tensor, counts)


def select_specific(
    importances: Mapping[str, TensorFile], ability: str, counts: Sequence[int], pool: float
) -> list[Entries]:
    """`specific`, definition `ratio`: what ranks high for this ability and not for the others.

    Among the `pool`·n entries with the highest score s_a, the n with the largest
    s_a / (mean of the other abilities' s + ε); each ability's scores first scaled to sum 1,
    ε = 0.01/|T|, |T| the size of the scope. Not nested in n, since the pool grows with it.

    Raises:
        InputError: an ability's importance is zero everywhere.
    """
    own = importances[ability]
    size = sum(own.size(name) for name in own.names)
    for count in counts:
        if count > size:
            select_top(own, [count])  # raises the error that names the size of the scope
    sums = {name: _total(file) for name, file in importances.items()}
    pools = select_top(own, [min(int(count * pool), size) for count in counts])
    return [
        _best_of(entries, _ratios(importances, ability, sums, entries, 0.01 / size), count)
        for entries, count in zip(pools, counts, strict=True)
    ]


def _ratios(
    importances: Mapping[str, TensorFile],
    ability: str,
    sums: Mapping[str, float],
    entries: Entries,
    epsilon: float,
) -> dict[str, torch.Tensor]:
    """The ratio of each entry, float64, in the order of the entries' indices."""
    others = [name for name in importances if name != ability]
    ratios = {}
    for tensor, indices in entries.items():
        shares = {
            name: importances[name].tensor(tensor).reshape(-1)[indices].double() / sums[name]
            for name in importances
        }
        mean = torch.stack([shares[name] for name in others]).mean(dim=0)
        ratios[tensor] = shares[ability] / (mean + epsilon)
    return ratios


def _best_of(pool: Entries, ratios: Mapping[str, torch.Tensor], count: int) -> Entries:
    best = largest(list(pool), ratios.__getitem__, [count])[0]
    return {tensor: pool[tensor][positions] for tensor, positions in best.items()}


def _total(importance: TensorFile) -> float:
    total = sum(importance.tensor(name).double().sum().item() for name in importance.names)
    if not total > 0:
        remedy = "Its examples reach no weight in scope; check the items and `loss_on`."
        raise InputError(importance.path, "importance is zero everywhere", "scores", remedy)
    return float(total)
