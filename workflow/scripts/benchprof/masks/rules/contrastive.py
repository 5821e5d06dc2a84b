"""`contrastive`: what matters to one ability and not to the others, by two definitions."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch

from benchprof.errors import InputError
from benchprof.masks.rule import Contrastive
from benchprof.masks.rules.top import select_top
from benchprof.masks.shares import Shares
from benchprof.masks.threshold import largest, more_than_scope
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile

AT_ONCE = 2 * 10**9
"""Bytes that the pools of several abilities may take, of which ratios are computed together."""


def select(
    rule: Contrastive,
    files: Mapping[str, TensorFile],
    counts: Sequence[int],
    abilities: Sequence[str],
) -> Iterator[tuple[str, list[Entries]]]:
    """Each ability's entries for each count; what all abilities need is done once."""
    shares = Shares.of_files(files)
    if rule.pool is None:
        yield from ((ability, select_sum(shares, ability, counts)) for ability in abilities)
        return
    least = rule.in_top_of or 0
    tops = {a: select_top(file, counts) for a, file in files.items()} if least else {}

    def skipped(ability: str) -> list[Entries]:
        return in_several_tops(shares, ability, tops, least)

    yield from select_ratio(shares, abilities, counts, rule.pool, skipped if least else None)


def select_ratio(
    shares: Shares,
    abilities: Sequence[str],
    counts: Sequence[int],
    pool: float,
    skipped: Callable[[str], Sequence[Entries]] | None = None,
) -> Iterator[tuple[str, list[Entries]]]:
    """Definition `ratio`: among the entries that rank high for an ability, those others need least.

    Among the `pool`·n entries with the highest score s_a above zero, the n with the largest
    s_a / (o + ε), o the mean of the other abilities' s; all s as shares, ε = 0.01/|T|. Not nested
    in n, since the pool grows with it. A weight that every ability needs, and this one a little
    more, can have a large ratio: `skipped` keeps it out.

    The pools are nested, so that ratios are computed once, in the widest. Every ability's are
    read from all importances: tensor by tensor for as many abilities as `AT_ONCE` has room for.
    Memory: 4 bytes an entry of every pool and 8 of the widest, of those abilities; of one 8 an
    entry of the next pool, copies of one tensor, the result; with a pool of 5 at 8 billion
    parameters and the paper's six mask fractions that is 7 GB. With `skipped` also the tops that it
    is made from, 4 bytes an entry of every ability and size (4.4 GB for ten abilities), and as much
    again for what is skipped.

    Args:
        shares: of all abilities.
        abilities: whose masks are selected.
        counts: the sizes n.
        pool: the size of the pool as a multiple of n.
        skipped: of an ability the entries that are in no mask, for each of `counts`; of
            `in_several_tops`.

    Raises:
        InputError: fewer than n entries of a full pool are not skipped.
    """
    for count in counts:
        if count > shares.size:
            raise more_than_scope(count, shares.size)
    sizes = [min(int(count * pool), shares.size) for count in counts]
    widest = sizes.index(max(sizes))
    together = max(1, AT_ONCE // (4 * sum(sizes) + 8 * max(sizes)))
    for first in range(0, len(abilities), together):
        group = abilities[first : first + together]
        pools = {ability: select_top(shares.files[ability], sizes) for ability in group}
        ratios = _ratios(shares, {ability: own[widest] for ability, own in pools.items()})
        for ability in group:
            # Nothing of it is held while the next is made.
            yield ability, _best_ratios(
                ability, pools.pop(ability), ratios.pop(ability), sizes, counts,
                None if skipped is None else skipped(ability),
            )  # fmt: skip


def _best_ratios(
    ability: str,
    pools: Sequence[Entries],
    ratios: Mapping[str, torch.Tensor],
    sizes: Sequence[int],
    counts: Sequence[int],
    skipped: Sequence[Entries] | None,
) -> list[Entries]:
    """The entries of each pool with the largest ratios, which are those of the widest pool."""
    all_entries = pools[sizes.index(max(sizes))]
    # A pool that is not full holds all entries above zero: no other setting would add one.
    full = [_number(entries) == size for entries, size in zip(pools, sizes, strict=True)]
    if skipped is not None:
        pools = [_without(entries, out) for entries, out in zip(pools, skipped, strict=True)]
    for entries, count, bounded in zip(pools, counts, full, strict=True):
        if bounded:
            _check_enough(_number(entries), count, ability)

    def best_of(entries: Entries, count: int) -> Entries:
        count = min(count, _number(entries))
        if not count:
            return {}
        own = ratios
        if entries is not all_entries:
            own = {t: ratios[t][torch.searchsorted(all_entries[t], i)] for t, i in entries.items()}
        best = largest(list(own), own.__getitem__, [count])[0]
        return {tensor: entries[tensor][positions] for tensor, positions in best.items()}

    return [best_of(entries, count) for entries, count in zip(pools, counts, strict=True)]


def in_several_tops(
    shares: Shares,
    ability: str,
    tops: Mapping[str, Sequence[Entries]],
    least: int,
) -> list[Entries]:
    """What is among the n most important entries of at least `least` other abilities, for each n.

    Args:
        shares: of all abilities.
        ability: whose others these are.
        tops: each ability's `top` entries, for each n.
        least: m, from 1.
    """
    others = [tops[name] for name in shares.others(ability)]
    return [_in_several(of_size, least) for of_size in zip(*others, strict=True)]


def select_sum(shares: Shares, ability: str, counts: Sequence[int]) -> list[Entries]:
    """Definition `sum`: the largest s_a less the sum of the others' |s|; nested in n.

    These entries matter to this ability and have no effect on others, in either direction. Made for
    signed scores: with these, effects on an ability's items cancel if they balance out.

    s_a itself is above zero; the difference may be below. The sum grows with the number of
    abilities, so that its zero would say how many there are, not whether an entry matters.
    """

    def excess(tensor: str) -> torch.Tensor:
        others = (share.abs_() for share in _of_others(shares, ability, tensor))
        return _excess(shares.of(ability, tensor), functools.reduce(torch.add, others))

    return largest(shares.names, excess, counts)


def _excess(shares: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Shares less what others have, in place; -∞ where the share is not above zero."""
    never = shares <= 0
    return shares.sub_(others).masked_fill_(never, -math.inf)


def _number(entries: Entries) -> int:
    return sum(map(len, entries.values()))


def _check_enough(left: int, count: int, ability: str) -> None:
    if left < count:
        raise InputError(
            f"a mask of {count:,} entries for {ability}",
            f"more than the {left:,} entries that are left to choose from",
            "a smaller share",
            "Lower `mask_fractions` or raise `pool` or `in_top_of`.",
        )


def _without(entries: Entries, skipped: Entries) -> Entries:
    kept = {
        tensor: indices[~torch.isin(indices, skipped[tensor])] if tensor in skipped else indices
        for tensor, indices in entries.items()
    }
    return {tensor: indices for tensor, indices in kept.items() if len(indices)}


def _of_others(
    shares: Shares, ability: str, tensor: str, indices: torch.Tensor | None = None
) -> Iterator[torch.Tensor]:
    """One at a time, so that memory holds two tensors whatever the number of abilities."""
    return (shares.of(name, tensor, indices) for name in shares.others(ability))


def _ratios(shares: Shares, entries: Mapping[str, Entries]) -> dict[str, dict[str, torch.Tensor]]:
    """The ratio of each ability's entries, float64, in the order of the entries' indices."""
    ratios: dict[str, dict[str, torch.Tensor]] = {ability: {} for ability in entries}
    epsilon = 0.01 / shares.size
    for tensor in shares.names:
        for ability, of_ability in entries.items():
            if tensor in of_ability:
                total = functools.reduce(
                    torch.add, _of_others(shares, ability, tensor, of_ability[tensor])
                )
                level = total.div_(len(shares.others(ability))).add_(epsilon)
                ratios[ability][tensor] = shares.of(ability, tensor, of_ability[tensor]).div_(level)
    return ratios


def _in_several(several: Sequence[Entries], least: int) -> Entries:
    """The entries that at least `least` of `several` hold."""
    common = {}
    for tensor in sorted({name for entries in several for name in entries}):
        together = torch.cat([entries[tensor] for entries in several if tensor in entries])
        indices, times = together.unique(return_counts=True)
        common[tensor] = indices[times >= least]
    return common
