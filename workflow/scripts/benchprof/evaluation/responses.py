"""What the answers in a record's file mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any


def log_likelihoods(responses: Sequence[Sequence[Any]]) -> list[float]:
    """The log-likelihood of each choice of an item, in nats.

    Args:
        responses: `[log-likelihood, greedy]` of each choice, of a record's `responses`; null, as
            JSON has no infinity, is a choice that the model gives no probability at all.
    """
    return [-math.inf if value is None else float(value) for value, _ in responses]
