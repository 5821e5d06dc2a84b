"""The sizes of a decoder, and the memory that a pass of it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchprof.scoring.tiles import MOST_KEYS, tile_length


@dataclass(frozen=True)
class Dimensions:
    """The sizes of a decoder that decide what a token costs in time and memory."""

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_size: int
    intermediate: int
    vocabulary: int
    itemsize: int
    """Bytes of one activation."""

    @property
    def cache_bytes(self) -> int:
        """Bytes of the keys and values of one token."""
        return 2 * self.layers * self.kv_heads * self.head_size * self.itemsize

    @property
    def active_bytes(self) -> int:
        """Bytes of the live activations of one token in one layer."""
        width = 6 * self.hidden + 3 * self.intermediate + 4 * self.heads * self.head_size
        return width * self.itemsize

    @classmethod
    def of(cls, config: Any, itemsize: int) -> Dimensions:
        """Read them from a transformers config, whose attribute map knows each family's names."""
        hidden = int(config.hidden_size)
        # State spaces have no heads.
        heads = int(getattr(config, "num_attention_heads", None) or 1)
        return cls(
            layers=int(config.num_hidden_layers),
            hidden=hidden,
            heads=heads,
            kv_heads=int(getattr(config, "num_key_value_heads", None) or heads),
            head_size=max(_head_sizes(config)) or hidden // heads,
            # Gemma 3n has one for each layer.
            intermediate=int(np.max(getattr(config, "intermediate_size", None) or 4 * hidden)),
            vocabulary=int(config.vocab_size),
            itemsize=itemsize,
        )

    def peak_bytes(self, tokens: int, path: int, base: int = 0, eager: bool = False) -> int:
        """Estimate the memory of a pass of `tokens` on paths of up to `path` over `base` cached.

        Counted: the live activations of one layer, the keys and values that are copied at once and
        repeated for every head, masks, the kept keys and values of the base and, for `eager`
        attention, scores.
        """
        tile = tile_length(base + path)
        keys = base + path + tile
        copied = max(keys, min(-(-tokens // tile) * keys, MOST_KEYS))
        gathered = 4 * copied * self.heads * self.head_size
        kept = 2 * self.layers * base * self.kv_heads * self.head_size
        pairs = tokens * keys
        scores = 3 * self.heads * min(pairs, tile * copied) if eager else 0
        others = (gathered + kept + scores + 2 * pairs) * self.itemsize
        return tokens * self.active_bytes + others + 2 * pairs


def _head_sizes(config: Any) -> list[int]:
    """The configured sizes of a head: Gemma 4 has one for each layer, some have none."""
    layers = getattr(config, "per_layer_config", None) or [config]
    return [int(getattr(own, "head_dim", None) or 0) for own in layers]
