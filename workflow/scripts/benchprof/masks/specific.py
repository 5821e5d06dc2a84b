"""`specific`: what matters to one ability and not to the others, by several definitions."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence

import torch

from benchprof.errors import InputError
from benchprof.masks.selection import select_top
from benchprof.masks.shares import Shares
from benchprof.masks.threshold import Entries, largest


def select_ratio(
    shares: Shares, ability: str, counts: Sequence[int], pool: float, others: str
) -> list[Entries]:
    """Definition `ratio`: of what ranks high for this ability, what the others need least.

    Among the `pool`·n entries with the highest score s_a, the n with the largest
    s_a / (o + ε), o the mean or the maximum of the other abilities' s; all s as shares,
    ε = 0.01/|T|. Not nested in n, since the pool grows with it.

    The pools are nested, so that ratios are computed once, in the widest. Memory: 4 bytes an
    entry of every pool, 8 an entry of the widest and of the next, copies of one tensor, the
    result; with a pool of 5 at 8 billion parameters and the paper's six k that is 7 GB.

    Args:
        shares: of all abilities.
        ability: whose masks are selected.
        counts: the sizes n.
        pool: the size of the pool as a multiple of n.
        others: mean or max.
    """
    for count in counts:
        if count > shares.size:
            select_top(shares.files[ability], [count])  # raises the error that names the scope
    sizes = [min(int(count * pool), shares.size) for count in counts]
    pools = select_top(shares.files[ability], sizes)
    widest = pools[sizes.index(max(sizes))]
    ratios = _ratios(shares, ability, others, widest)

    def best_of(entries: Entries, count: int) -> Entries:
        own = ratios
        if entries is not widest:
            own = {t: ratios[t][torch.searchsorted(widest[t], i)] for t, i in entries.items()}
        best = largest(list(own), own.__getitem__, [count])[0]
        return {tensor: entries[tensor][positions] for tensor, positions in best.items()}

    return [best_of(entries, count) for entries, count in zip(pools, counts, strict=True)]


def select_max(shares: Shares, ability: str, counts: Sequence[int]) -> list[Entries]:
    """Definition `max`: the largest s_a less the largest of the others; nested in n."""

    def lead(tensor: str) -> torch.Tensor:
        return shares.of(ability, tensor).sub_(
            functools.reduce(torch.maximum, _of_others(shares, ability, tensor))
        )

    return largest(shares.names, lead, counts)


def select_difference(shares: Shares, ability: str, counts: Sequence[int]) -> list[Entries]:
    """Definition `diff`: the largest s_a less the mean of the others; nested in n."""
    others = len(shares.others(ability))

    def excess(tensor: str) -> torch.Tensor:
        total = functools.reduce(torch.add, _of_others(shares, ability, tensor))
        return shares.of(ability, tensor).sub_(total.div_(others))

    return largest(shares.names, excess, counts)


def select_excluding(
    shares: Shares,
    ability: str,
    counts: Sequence[int],
    tops: Mapping[str, Sequence[Entries]],
    in_top_of: int,
) -> list[Entries]:
    """Definition `exclude`: down the ability's ranking, skipping what others rank high too.

    Skipped is what is among the n most important entries of at least `in_top_of` other
    abilities. Not nested in n, since what is skipped grows with it.

    Memory: the tops, 4 bytes an entry of every ability and size (4.4 GB for ten abilities at 8
    billion parameters and the paper's six k), as much again for what is skipped at one size, the
    result.

    Args:
        shares: of all abilities.
        ability: whose masks are selected.
        counts: the sizes n.
        tops: each ability's `top` entries, for each of `counts`.
        in_top_of: m, from 1.

    Raises:
        InputError: fewer than n entries are not skipped.
    """
    own = shares.files[ability]
    chosen = []
    for number, count in enumerate(counts):
        skipped = _in_several([tops[name][number] for name in shares.others(ability)], in_top_of)
        left = shares.size - sum(map(len, skipped.values()))
        if left < count:
            raise InputError(
                f"a mask of {count:,} entries for {ability}",
                f"more than the {left:,} weights that `exclude` leaves in scope",
                "a smaller share",
                "Lower `fractions` or raise `in_top_of`.",
            )

        def kept(tensor: str, skipped: Entries = skipped) -> torch.Tensor:
            scores = own.tensor(tensor).reshape(-1)
            # Below every score: importance is never negative.
            if tensor not in skipped:
                return scores
            return scores.index_fill(0, skipped[tensor].long(), -1.0)

        chosen += largest(own.names, kept, [count])
    return chosen


def _of_others(
    shares: Shares, ability: str, tensor: str, indices: torch.Tensor | None = None
) -> Iterator[torch.Tensor]:
    """One at a time, so that memory holds two tensors whatever the number of abilities."""
    return (shares.of(name, tensor, indices) for name in shares.others(ability))


def _ratios(shares: Shares, ability: str, others: str, entries: Entries) -> dict[str, torch.Tensor]:
    """The ratio of each entry, float64, in the order of the entries' indices."""
    epsilon = 0.01 / shares.size
    ratios = {}
    for tensor, indices in entries.items():
        theirs = _of_others(shares, ability, tensor, indices)
        if others == "max":
            level = functools.reduce(torch.maximum, theirs)
        else:
            level = functools.reduce(torch.add, theirs).div_(len(shares.others(ability)))
        ratios[tensor] = shares.of(ability, tensor, indices).div_(level.add_(epsilon))
    return ratios


def _in_several(several: Sequence[Entries], least: int) -> Entries:
    """The entries that at least `least` of `several` hold."""
    common = {}
    for tensor in sorted({name for entries in several for name in entries}):
        together = torch.cat([entries[tensor] for entries in several if tensor in entries])
        indices, times = together.unique(return_counts=True)
        common[tensor] = indices[times >= least]
    return common
