"""How many tokens a batch holds, by the device and its free memory."""

from __future__ import annotations

import psutil
import torch

from benchprof.scoring.dimensions import Dimensions

MOST_TOKENS = {"cpu": 4096, "cuda": 32768}
"""Beyond these a larger batch gains nothing: the linear layers already run at full speed."""
GENERATION_TIMES = 12
"""On a GPU a batch of generation holds so many times as many tokens, most of which are kept, not
computed."""
KEPT_SHARE = 1 / 8
"""On a processor, a step takes as long as reading the weights, however few items there are. Keys
and values of the items may take as much memory as this share of the weights. More take memory and
save little time."""
PLAIN_LOGIT_BYTES = 1 << 29
"""Plain rows hold the logits of all their positions: so much at once, counted in float32."""
FEWEST_TOKENS = 256
"""A batch is not made smaller for lack of memory before anything ran out."""
USUAL_PATH = 1024
"""Tokens that the prompts of a batch are taken to have when its size is chosen."""
MEMORY_SHARE = 0.5
"""Share of the free memory that the estimated peak may take."""


def scoring_tokens(
    device: torch.device, dimensions: Dimensions, max_length: int, eager: bool, plain: bool
) -> int:
    """Tokens of a batch whose tokens are all computed, from the memory that is free now.

    Args:
        device: that computes.
        dimensions: of the decoder.
        max_length: tokens of the longest path.
        eager: whether attention keeps its scores.
        plain: whether rows hold the logits of all their positions.
    """
    if device.type == "cuda":
        free = torch.cuda.mem_get_info(device)[0]
    else:
        free = psutil.virtual_memory().available
    budget = MOST_TOKENS.get(device.type, MOST_TOKENS["cpu"])
    if plain:
        budget = min(budget, max(1, PLAIN_LOGIT_BYTES // (4 * dimensions.vocabulary)))
    path = min(max_length, USUAL_PATH)
    while budget > FEWEST_TOKENS and (
        dimensions.peak_bytes(budget, path, eager=eager) > MEMORY_SHARE * free
    ):
        budget //= 2
    return budget


def generation_tokens(kind: str, dimensions: Dimensions, weights: int, budget: int) -> int:
    """Tokens of contexts and answers that a batch of generation holds.

    Args:
        kind: of the device.
        dimensions: of the decoder.
        weights: bytes of the model.
        budget: tokens of a batch whose tokens are all computed.
    """
    if kind == "cuda":
        return GENERATION_TIMES * budget
    if budget < MOST_TOKENS["cpu"]:  # for lack of memory
        return budget
    return max(budget, int(KEPT_SHARE * weights / dimensions.cache_bytes))
