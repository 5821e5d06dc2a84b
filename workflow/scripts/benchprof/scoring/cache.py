"""Keys and values of a beginning that many texts share, in the library's caches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

KeysValues = tuple[torch.Tensor, torch.Tensor]
"""The keys and the values of one layer, each [1, heads, base, size]."""


class TrunkLayer(DynamicLayer):  # type: ignore[misc]
    """Keys and values of a trunk [1, heads, base, size], put before those of any batch, unchanged.

    The library's own layer would keep the concatenation of every layer alive to the end.
    """

    def __init__(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        super().__init__()
        self.keys, self.values = keys, values
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return keys and values [batch, heads, base + length, size]."""
        shape = (key_states.shape[0], -1, -1, -1)
        return (
            torch.cat([self.keys.expand(shape), key_states], dim=-2),
            torch.cat([self.values.expand(shape), value_states], dim=-2),
        )


class BranchLayer(DynamicLayer):  # type: ignore[misc]
    """Keys and values that grow on a trunk, by item of a batch; the trunk's are there once."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        super().__init__()
        self.trunk = TrunkLayer(keys, values)

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Keep what comes; return keys and values [batch, heads, base + own length, size]."""
        return self.trunk.update(*super().update(key_states, value_states))

    def get_seq_length(self) -> int:
        """Length of the trunk and of what has grown on it."""
        return int(self.trunk.get_seq_length() + super().get_seq_length())


def layers_of(cache: Any) -> list[KeysValues]:
    """Read the keys and values of every layer."""
    return [(layer.keys, layer.values) for layer in cache.layers]


def cache_of(trunk: Sequence[KeysValues], growing: bool) -> Any:
    """Make a cache that begins with a trunk's keys and values; `growing` ones keep what comes."""
    cache = DynamicCache()
    for keys, values in trunk:
        if growing:
            layer = DynamicLayer()
            layer.keys, layer.values, layer.is_initialized = keys, values, True
        else:
            layer = TrunkLayer(keys, values)
        cache.layers.append(layer)
    return cache


def branches_of(trunk: Sequence[KeysValues]) -> Any:
    """Make a cache in which each item of a batch grows on from a trunk."""
    cache = DynamicCache()
    cache.layers.extend(BranchLayer(*layer) for layer in trunk)
    return cache
