"""How many tokens a batch holds: by the model's sizes and the kind of device, and nothing else.

What rounds how depends on the batch. So it does not depend on the memory that happens to be free:
the same run gives the same bytes.
"""

from __future__ import annotations

from benchprof.scoring.dimensions import Dimensions

MOST_TOKENS = {"cpu": 4096, "cuda": 32768}
"""Beyond these a larger batch gains nothing: the linear layers already run at full speed."""
GENERATION_BYTES = 6 << 30
"""On a GPU: activations, keys and values of a batch of generation, all of whose tokens may be
prompts. With the weights of an 8B model this leaves room on a GPU of 24 GiB."""
KEPT_SHARE = 1 / 8
"""On a processor, a step takes as long as reading the weights, however few items there are. Keys
and values of the items may take as much memory as this share of the weights. More take memory and
save little time."""
PLAIN_LOGIT_BYTES = 1 << 29
"""Plain rows hold the logits of all their positions: so much at once, counted in float32."""


def scoring_tokens(kind: str, dimensions: Dimensions, plain: bool) -> int:
    """Tokens of a batch whose tokens are all computed.

    Args:
        kind: of the device.
        dimensions: of the decoder.
        plain: whether rows hold the logits of all their positions.
    """
    most = MOST_TOKENS.get(kind, MOST_TOKENS["cpu"])
    if not plain:
        return most
    return min(most, max(1, PLAIN_LOGIT_BYTES // (4 * dimensions.vocabulary)))


def generation_tokens(kind: str, dimensions: Dimensions, weights: int) -> int:
    """Tokens of contexts and answers that a batch of generation holds.

    Args:
        kind: of the device.
        dimensions: of the decoder.
        weights: bytes of the model.
    """
    if kind == "cuda":
        return max(1, GENERATION_BYTES // (dimensions.active_bytes + dimensions.cache_bytes))
    return max(MOST_TOKENS["cpu"], int(KEPT_SHARE * weights / dimensions.cache_bytes))
