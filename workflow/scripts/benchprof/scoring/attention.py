"""Attention of a batch of packed rows, tile by tile, under any of the library's kernels.

The function is registered with transformers, whose models then call it in every layer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from benchprof.scoring.tiles import tile_length, tiles_of
from benchprof.scoring.transfer import moved

NAME = "benchprof_paths"
"""Of the function below, in transformers' registry."""
SHARING = ("cpu",)
"""Devices whose kernel takes a mask and heads that share keys and values. For others the library
repeats these for every head."""
KEPT_BYTES = 1 << 28
"""Size of the paths that a job keeps of all its requests."""


@dataclass(frozen=True)
class Block:
    """Tiles of one size on the model's device."""

    queries: torch.Tensor
    """Places of all tiles' tokens, one after the other."""
    keys: torch.Tensor
    """Places of all tiles' keys."""
    visible: torch.Tensor
    """Whether a key is on the path of a query, bool [tiles, length, keys]."""

    @property
    def bytes(self) -> int:
        """Size of all three."""
        return self.queries.nbytes + self.keys.nbytes + self.visible.nbytes


class Paths:
    """The paths of a batch's tokens, as attention needs them."""

    def __init__(
        self, depths: NDArray[np.int64], ends: NDArray[np.int64], base: int, device: torch.device
    ) -> None:
        """Take the tokens in preorder.

        Args:
            depths: position of each token in its path, counted from the root; [tokens].
            ends: one past each place's subtree; [tokens].
            base: how many cached tokens all paths begin with.
            device: where attention is computed.
        """
        self.depths, self.base = depths, base
        found = tiles_of(ends, tile_length(float(depths.mean())), base)
        arrays = [(tiles.queries.ravel(), tiles.keys.ravel(), tiles.visible) for tiles in found]
        self.blocks = [Block(*(moved(own, device) for own in block)) for block in arrays]
        self._depths = moved(depths, device)
        self._masks: dict[tuple[Any, ...], list[torch.Tensor]] = {}
        self.own_mask = False
        """Whether a family made a mask of its own, which is thrown away."""

    @property
    def attended(self) -> bool:
        """Whether anything was computed with them."""
        return bool(self._masks)

    @property
    def windows(self) -> set[int | None]:
        """The sliding windows that were asked for, None for attention without one."""
        return {window for window, *_ in self._masks}

    @property
    def bytes(self) -> int:
        """Size of the tiles and of the masks made so far, on whatever device."""
        masks = sum(mask.nbytes for masks in self._masks.values() for mask in masks)
        return masks + sum(block.bytes for block in self.blocks)

    def masks(
        self, window: int | None, dtype: torch.dtype, device: torch.device
    ) -> list[torch.Tensor]:
        """Additive masks of the blocks [tiles, 1, length, base + keys], for a sliding window."""
        kind = (window, dtype, device)
        if kind not in self._masks:
            masks = [self._mask(block, window, dtype) for block in self.blocks]
            self._masks[kind] = [mask.to(device) for mask in masks]
        return self._masks[kind]

    def _mask(self, block: Block, window: int | None, dtype: torch.dtype) -> torch.Tensor:
        """The mask of a block, made where the paths are."""
        tiles, length, _ = block.visible.shape
        below = block.visible.new_ones((tiles, length, self.base))
        visible = torch.cat([below, block.visible], dim=-1)
        if window is not None:
            cached = torch.arange(self.base, device=self._depths.device).expand(tiles, -1)
            own = self._depths[block.keys].view(tiles, -1)
            keys = torch.cat([cached, own], dim=-1)
            queries = self._depths[block.queries].view(tiles, length, 1)
            visible &= queries - keys[:, None] < window
        mask = torch.zeros(visible.shape, dtype=dtype, device=visible.device)
        mask.masked_fill_(~visible, torch.finfo(dtype).min)
        return mask[:, None]


class KeptPaths:
    """Paths of batches that come again under other weights.

    The first ones stay, as many as there is room for. Batches always return in the same order, so a
    new one would always replace one that returns sooner.
    """

    def __init__(self, room: int = KEPT_BYTES) -> None:
        """Take the number of bytes that may be kept."""
        self._room, self._paths = room, dict[Hashable, Paths]()

    def get(self, batch: Hashable) -> Paths | None:
        """Return the paths of a batch if they were kept."""
        return self._paths.get(batch)

    def keep(self, batch: Hashable, paths: Paths) -> None:
        """Keep paths whose masks are made, if there is room for them."""
        if batch not in self._paths and paths.bytes <= self._room:
            self._paths[batch] = paths
            self._room -= paths.bytes

    def give_up(self) -> None:
        """Free the memory, and keep nothing more."""
        self._room, self._paths = 0, {}


_attending: ContextVar[tuple[Paths, str]] = ContextVar("attending")
"""The paths of the batch that is computed and the kernel that is the model's own."""


@contextmanager
def attention_by(paths: Paths, config: Any) -> Iterator[None]:
    """Let the model of a configuration attend by the paths of one batch."""
    # Not by arguments of the model, which not every family passes on to its attention.
    kernel = config._attn_implementation
    token = _attending.set((paths, kernel))
    config._attn_implementation = NAME
    try:
        yield
    finally:
        config._attn_implementation = kernel
        _attending.reset(token)


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    sliding_window: int | None = None,
    **settings: Any,
) -> tuple[torch.Tensor, None]:
    """Attend as transformers' attention functions do, within the batch of `attention_by`.

    Shapes are those of `attend_along`, the output [1, tokens, heads, size]. A mask that a family
    makes for itself is that of one sequence, which a row is not.
    """
    paths, name = _attending.get()
    paths.own_mask |= attention_mask is not None
    shares = query.device.type in SHARING and settings.get("softcap") is None
    if name == "sdpa" and shares:
        kernel = multiply(settings.get("scaling"))
    else:
        own = vars(sys.modules[type(module).__module__])
        eager = name == "eager"
        function = own["eager_attention_forward"] if eager else ALL_ATTENTION_FUNCTIONS[name]
        kernel = lambda *inputs: function(module, *inputs, **settings)[0]  # noqa: E731
    return attend_along(paths, query, key, value, sliding_window, kernel)[None], None


ALL_ATTENTION_FUNCTIONS.register(NAME, attend)

Kernel = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""Query, key, value [tiles, heads, places, size] and mask to the output [tiles, length, heads,
size]."""


def multiply(scaling: float | None) -> Kernel:
    """Give torch's kernel, without the copies of keys and values that the library makes."""
    return lambda query, key, value, mask: functional.scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=mask,
        scale=scaling,
        enable_gqa=query.shape[1] != key.shape[1],
    ).transpose(1, 2)


def attend_along(
    paths: Paths,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    window: int | None,
    kernel: Kernel,
) -> torch.Tensor:
    """Attend to the keys on each token's path, at most a `window` away; [tokens, heads, width].

    `query` is [1, heads, tokens, size], `key` [1, key heads, base + tokens, size], `value` the same
    with a width of its own.
    """
    queries, keys, values = _flat(query, 0), _flat(key, paths.base), _flat(value, paths.base)
    size, width = query.shape[-1], value.shape[-1]
    found = queries.new_empty(len(queries), query.shape[1] * width)
    masks = paths.masks(window, query.dtype, query.device)
    for block, mask in zip(paths.blocks, masks, strict=True):
        tiles = len(mask)
        output = kernel(
            _tiled(queries, block.queries, tiles, size),
            _with_base(key, paths.base, _tiled(keys, block.keys, tiles, size)),
            _with_base(value, paths.base, _tiled(values, block.keys, tiles, width)),
            mask,
        )
        found.index_copy_(0, block.queries.to(found.device), output.flatten(0, 1).flatten(1))
    return found.view(len(found), -1, width)


def _flat(states: torch.Tensor, base: int) -> torch.Tensor:
    """[1, heads, base + tokens, size] to [tokens, heads * size]."""
    return states[0, :, base:].transpose(0, 1).flatten(1)


def _tiled(flat: torch.Tensor, places: torch.Tensor, tiles: int, size: int) -> torch.Tensor:
    """[tokens, heads * size] at `places` to [tiles, heads, places of a tile, size]."""
    taken = flat.index_select(0, places.to(flat.device))
    return taken.view(tiles, len(places) // tiles, -1, size).transpose(1, 2)


def _with_base(states: torch.Tensor, base: int, own: torch.Tensor) -> torch.Tensor:
    """Put the cached beginning before the keys, or values, of every tile."""
    if not base:
        return own
    return torch.cat([states[:, :, :base].expand(len(own), -1, -1, -1), own], dim=2)
