"""Scores of weights in two bytes each, as importance files hold them."""

from __future__ import annotations

import math
from collections.abc import MutableMapping

import torch

HIGHEST = 15
"""In the file, a tensor's scores stay below 2 to this power; float16 ends at 2^16."""
SMALLEST = -126
"""The smallest exponent of a power of two by which float32 can both multiply and divide."""


def rounded(
    scores: MutableMapping[str, torch.Tensor],
) -> tuple[dict[str, torch.Tensor], dict[str, int]]:
    """The scores in float16, divided by one power of two per tensor, and the exponents of these.

    A tensor's largest score comes to just below 2^15. A score of at least 2^-28 of that is rounded
    by at most 2^-11 of its size, and rounding never reverses the order of two scores. float16
    alone would lose scores below 6e-8, and bfloat16 rounds by 2^-9.

    Args:
        scores: finite, float32, by name. They are taken out: memory holds both of one tensor.
    """
    halves, exponents = {}, {}
    for name in sorted(scores):
        own = scores.pop(name)
        exponents[name] = exponent_of(own)
        halves[name] = own.mul(2.0 ** -exponents[name]).half()
    return halves, exponents


def exponent_of(scores: torch.Tensor) -> int:
    """Exponent of the power of two that a tensor's scores are divided by; 0 if all are zero."""
    largest = max(abs(float(end)) for end in scores.aminmax())
    return max(SMALLEST, math.frexp(largest)[1] - HIGHEST) if largest else 0
