"""The n largest of billions of scores, exactly, reading one tensor at a time.

Floats order as their bit patterns do, read as integers, once the lower bits of negative ones are
flipped. So a radix selection on the bits, sixteen at a time from the top, finds the n-th largest
score in two passes (float32) or four (float64), without sorting or concatenating. Memory: five
times the largest tensor (scores, bits and what they are made from), 0.5 MB of counts per size, and
the result, as `Entries` says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch

from benchprof.errors import InputError
from benchprof.models.mask import Entries, index_dtype

DIGIT = 16
BINS = 1 << DIGIT


def above_zero(scores: torch.Tensor) -> torch.Tensor:
    """The scores, with -∞, which `largest` never takes, in place of those that are 0 or less.

    An entry whose ablation has no effect on an ability, or a good one, is in no mask that is to
    hurt it. If such entries filled a mask up, their position would choose them.
    """
    return scores.masked_fill(scores <= 0, -math.inf)


def largest(
    names: Sequence[str], score_of: Callable[[str], torch.Tensor], counts: Sequence[int]
) -> list[Entries]:
    """The entries with the largest scores over all tensors, for each of several counts.

    Ties go to the lower (position in `names`, flat index). Scores of -∞ are never taken: if fewer
    than a count are above that, all of these are given.

    Args:
        names: tensor names, in the order that breaks ties.
        score_of: gives a tensor's scores, float32 or float64 of any shape; called several times
            for each name.
        counts: how many entries to take, each at least 1 and at most the number of scores.

    Raises:
        InputError: a count exceeds the number of scores, or a score is not a number.
    """
    thresholds = _thresholds(names, score_of, counts)
    chosen: list[Entries] = [{} for _ in counts]
    ties_left = [ties for _, ties in thresholds]
    for name in names:
        bits = _bits(name, score_of(name))
        for number, (threshold, _) in enumerate(thresholds):
            above = torch.nonzero(bits > threshold)[:, 0]
            equal = torch.nonzero(bits == threshold)[:, 0][: ties_left[number]]
            ties_left[number] -= len(equal)
            if len(above) + len(equal):
                entries = torch.cat((above, equal)).to(index_dtype(len(bits)))
                chosen[number][name] = entries.sort().values
    return chosen


def more_than_scope(count: int, size: int) -> InputError:
    """The error for a mask of `count` entries from a scope of only `size`."""
    return InputError(
        f"a mask of {count:,} entries",
        f"more than the {size:,} entries in scope",
        "a smaller share",
        "Lower `mask_fractions` or widen `scope`.",
    )


def _thresholds(
    names: Sequence[str], score_of: Callable[[str], torch.Tensor], counts: Sequence[int]
) -> list[tuple[int, int]]:
    """For each count the bits of the smallest score taken, and how many equal to it are taken."""
    kind = score_of(names[0]).dtype
    top = torch.finfo(kind).bits - DIGIT
    never = int(_bits("", torch.tensor(-math.inf, dtype=kind)))
    prefixes = [0] * len(counts)
    wanted = list(counts)
    for shift in range(top, -1, -DIGIT):
        # The top digit holds the sign: from -BINS/2, where the others count from 0.
        lowest = -BINS // 2 if shift == top else 0
        histograms = {prefix: torch.zeros(BINS, dtype=torch.int64) for prefix in prefixes}
        for name in names:
            bits = _bits(name, score_of(name))
            for prefix, histogram in histograms.items():
                if shift == top:
                    digits = (bits >> shift) - lowest
                else:
                    digits = (bits[(bits >> shift >> DIGIT) == prefix] >> shift) & (BINS - 1)
                histogram.add_(torch.bincount(digits, minlength=BINS).cpu())
        for number, prefix in enumerate(prefixes):
            at_least = histograms[prefix].flip(0).cumsum(0).flip(0)
            if wanted[number] > at_least[0]:
                raise more_than_scope(counts[number], int(at_least[0]))
            digit = int(torch.nonzero(at_least >= wanted[number])[-1])
            wanted[number] -= int(at_least[digit + 1]) if digit + 1 < BINS else 0
            prefixes[number] = (prefix << DIGIT) + digit + lowest
    return [(p, 0 if p == never else ties) for p, ties in zip(prefixes, wanted, strict=True)]


def _bits(name: str, scores: torch.Tensor) -> torch.Tensor:
    """Scores as integers of the same order, flat."""
    flat = scores.reshape(-1)
    if bool(flat.isnan().any()):
        raise InputError(name, "a score is not a number", "scores")
    # Adding zero turns -0.0, whose bits differ, into 0.0.
    kind = torch.int32 if flat.dtype == torch.float32 else torch.int64
    bits = (flat + 0.0).view(kind)
    # All ones where the sign bit is set, else zero.
    negative = bits >> (torch.iinfo(kind).bits - 1)
    return bits.bitwise_xor_(negative.bitwise_and_(torch.iinfo(kind).max))
