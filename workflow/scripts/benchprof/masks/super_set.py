"""The super set: the few weights or units, high in every ranking, without which no text is read.

Yu et al. (arXiv:2411.07191) showed that single weights can break a language model. Here such
entries are found by the effect of their ablation: the set is the smallest number of first entries
of one ranking without which the model can no longer predict a neutral text.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch

from benchprof.masks.shares import Shares
from benchprof.masks.threshold import largest
from benchprof.models.mask import Entries

SUPER_RISE = 1.0
"""Nats a token by which the loss of a neutral text rises without a super set. Each token is then e
times less likely in the geometric mean, as if the model wavered among e times as many. As many
random entries cost nearly nothing; a model that guesses costs about ten."""
MOST = 1024
MOST_SHARE = 0.001
"""How many entries, and which share of all, a super set has at most. It is left out of every mask.
If more entries are needed to break a text, they are no longer a few special ones, but the entries
that masks are meant to find. A mask of the default mask fraction holds this share."""


@dataclass(frozen=True)
class Ranking:
    """Entries from the most important down.

    Attributes:
        order: a tensor's name and a flat index of each.
        kinds: the type of a tensor's indices, by its name.
    """

    order: list[tuple[str, int]]
    kinds: Mapping[str, torch.dtype]

    def first(self, count: int) -> Entries:
        """The first `count` of them."""
        chosen: dict[str, list[int]] = {}
        for tensor, index in self.order[:count]:
            chosen.setdefault(tensor, []).append(index)
        return {
            tensor: torch.tensor(sorted(own), dtype=self.kinds[tensor])
            for tensor, own in sorted(chosen.items())
        }


@dataclass(frozen=True)
class Search:
    """What was found.

    Attributes:
        count: entries of the super set; 0 where there is none.
        losses: nats a token by the number of ablated entries, of all that were tried; 0 is the
            intact model.
    """

    count: int
    losses: Mapping[int, float]


def most_entries(size: int) -> int:
    """How many of `size` entries a super set has at most: one at least, also of a few heads."""
    return max(1, min(MOST, int(size * MOST_SHARE)))


def ranking_of(shares: Shares, count: int) -> Ranking:
    """The `count` entries with the largest mean over abilities of the share's absolute value.

    Ties go to the lower (position of the tensor, flat index), as of `largest`.
    """

    def mean(tensor: str) -> torch.Tensor:
        magnitudes = (shares.of(ability, tensor).abs_() for ability in shares.files)
        return functools.reduce(torch.add, magnitudes).div_(len(shares.files))

    (top,) = largest(shares.names, mean, [count])
    scored = [
        (-value, place, index)
        for place, tensor in enumerate(shares.names)
        if tensor in top
        for index, value in zip(
            top[tensor].tolist(), mean(tensor)[top[tensor].long()].tolist(), strict=True
        )
    ]
    order = [(shares.names[place], index) for _, place, index in sorted(scored)]
    return Ranking(order, {tensor: indices.dtype for tensor, indices in top.items()})


def search(most: int, loss_of: Callable[[int], float]) -> Search:
    """The smallest number of first entries without which the loss rises by `SUPER_RISE`.

    Doubling, then bisection. Assumes that the harm grows with the count. The number found is 0 if
    no count up to `most` is harmful.

    Args:
        most: entries at most.
        loss_of: the loss without so many first entries, nats a token; one that is not a number
            is harmful.
    """
    losses = {0: loss_of(0)}

    def harmful(count: int) -> bool:
        losses[count] = loss_of(count)
        return not losses[count] - losses[0] < SUPER_RISE

    harmless = 0
    for count in _doubled(most):
        if harmful(count):
            between = range(harmless + 1, count)
            return Search(between.start + bisect_left(between, True, key=harmful), losses)
        harmless = count
    return Search(0, losses)


def most_losses(most: int) -> int:
    """How many losses a search measures at most: the intact one, doublings, halvings."""
    doublings = len(list(_doubled(most)))
    return 1 + doublings + max(0, doublings - 2)


def _doubled(most: int) -> Iterator[int]:
    """1, 2, 4 and so on below `most`, then `most`."""
    count = 1
    while count < most:
        yield count
        count *= 2
    yield most
