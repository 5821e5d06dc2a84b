"""Forward passes over packed rows, exact for the families that are known to be so.

`Forward` computes the log-probabilities that are wanted and nothing else: attention is masked to
each token's own path, positions follow the path, logits are made only where they are read.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from benchprof.evaluation.packing import Dimensions, Row, Target
from benchprof.evaluation.tree import Ints

KeysValues = tuple[torch.Tensor, torch.Tensor]
"""Of one layer, each [1, heads, base, size]."""
Scores = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], int]
"""Slots of the results, their log-probabilities, whether each token is the likeliest [all: slots],
and the number of tokens computed."""

LOGIT_BYTES = {"cpu": 1 << 25, "cuda": 1 << 26}
"""Size of the largest block of logits, counted in float32, that is held at once."""
CACHED_BYTES = 1 << 19
"""Size of the float32 logits that a thread of a processor normalises at once: they stay in its
cache."""


@dataclass(frozen=True)
class Family:
    """How a family's decoder takes its mask and what it does to the output of its head."""

    masks: str
    """`full`: one mask. `window`: one mask, cut to `config.sliding_window` where that is set.
    `layers`: a dictionary by the layer types of the configuration."""
    head: Callable[[torch.Tensor, Any], torch.Tensor] = lambda logits, config: logits  # noqa: ARG005


def _softcapped(logits: torch.Tensor, config: Any) -> torch.Tensor:
    cap = config.final_logit_softcapping
    return logits if cap is None else torch.tanh(logits / cap) * cap


FAMILIES = {
    "llama": Family("full"),
    "gpt2": Family("full"),
    "gpt_neox": Family("full"),
    "phi": Family("full"),
    "gemma": Family("full"),
    "olmo": Family("full"),
    "olmo2": Family("full"),
    "stablelm": Family("full"),
    "cohere": Family("full", lambda logits, config: logits * config.logit_scale),
    "granite": Family("full", lambda logits, config: logits / config.logits_scaling),
    "mistral": Family("window"),
    "mixtral": Family("window"),
    "phi3": Family("window"),
    "starcoder2": Family("window"),
    "qwen2": Family("layers"),
    "qwen3": Family("layers"),
    "smollm3": Family("layers"),
    "gemma2": Family("layers", _softcapped),
    "gemma3_text": Family("layers", _softcapped),
}
"""By `config.model_type`; every entry is tested against plain rows. Positions are rotary or
learned, never recurrent, convolutional or a bias of the distance in the row."""


def obstacle(model: Any) -> str | None:
    """Say why rows of several paths would not be exact for a model; None if they are."""
    config = model.config
    attention = getattr(config, "_attn_implementation", None)
    kinds = set(getattr(config, "layer_types", None) or ())
    ropes = getattr(config, "rope_parameters", None) or {}
    ropes = [ropes, *(rope for rope in ropes.values() if isinstance(rope, dict))]
    obstacles = {
        f"the family {config.model_type!r} is not known to take a tree's mask": (
            config.model_type not in FAMILIES
        ),
        f"attention {attention!r} takes no dense mask": attention not in ("sdpa", "eager"),
        "its attention is bidirectional": getattr(config, "use_bidirectional_attention", None),
        f"its layers are not all attention: {sorted(kinds)}": (
            not kinds <= {"full_attention", "sliding_attention"}
        ),
        "its rotary frequencies depend on the length of the longest sequence of a batch": any(
            rope.get("rope_type") in ("dynamic", "longrope") for rope in ropes
        ),
        "its decoder and its head cannot be called apart": (
            model.base_model is model or model.get_output_embeddings() is None
        ),
    }
    return next((reason for reason, holds in obstacles.items() if holds), None)


def path_mask(
    ends: torch.Tensor, positions: torch.Tensor, base: int, window: int | None, dtype: torch.dtype
) -> torch.Tensor:
    """Build the additive mask [batch, 1, length, base + length] by which tokens see their own path.

    `ends` [batch, length] is one past each place's subtree, `positions` [batch, length] the depth
    in the path, which is also what a sliding window counts. The first `base` keys are the trunk's.
    """
    length = ends.shape[1]
    place = torch.arange(length, device=ends.device)
    visible = (place[None, None, :] <= place[None, :, None]) & (
        place[None, :, None] < ends[:, None, :]
    )
    below = torch.arange(base, device=ends.device).expand(ends.shape[0], base)
    visible = torch.cat([visible.new_ones(()).expand(*ends.shape, base), visible], dim=-1)
    if window is not None:
        keys = torch.cat([below, positions], dim=-1)
        visible &= positions[:, :, None] - keys[:, None, :] < window
    mask = torch.zeros(visible.shape, dtype=dtype, device=ends.device)
    return mask.masked_fill_(~visible, torch.finfo(dtype).min)[:, None]


def read_logits(
    logits: torch.Tensor, row: torch.Tensor, token: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities, float32, of `token` at `logits[row]`, and whether each is the likeliest.

    `logits` [states, vocabulary], `row` and `token` [pairs]. Of equal logits the first is the
    likeliest, as for lm-eval.
    """
    # Not `logsumexp`, although it rounds better: lm-eval's numbers come from this kernel,
    # whose rounding over a large vocabulary adds up to 1e-4 in one answer.
    logprobs = torch.log_softmax(logits.float(), -1)
    found = logprobs[row, token]
    # Finding the first of equals is slow, and seldom asked.
    asked = row[found == logprobs.amax(-1)[row]].unique()
    first = token.new_full((len(logits),), -1)
    first[asked] = logprobs[asked].argmax(-1)
    return found, first[row] == token


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


class Forward:
    """Runs batches of rows through a model, and its head only where log-probabilities are read."""

    def __init__(self, model: Any) -> None:
        self.model, self.config, self.device = model, model.config, model.device
        self.logit_bytes = LOGIT_BYTES.get(self.device.type, LOGIT_BYTES["cpu"])
        self.obstacle = obstacle(model)
        self.dimensions = Dimensions.of(
            getattr(self.config, "text_config", None) or self.config, model.dtype.itemsize
        )
        self.eager = getattr(self.config, "_attn_implementation", None) == "eager"
        names = inspect.signature(model.base_model.forward).parameters
        self.cache_name = "cache" if "cache" in names else "past_key_values"

    def can_branch(self, length: int) -> bool:
        """Tell whether sequences of up to `length` tokens may grow on a trunk, padding after it.

        A sliding window counts the padding, and so must hold the whole of them.
        """
        window = getattr(self.config, "sliding_window", None)
        return window is None or length <= window

    def trunk(self, tokens: Sequence[int]) -> list[KeysValues]:
        """Compute the keys and values of every layer of a beginning that sequences share."""
        cache = DynamicCache()
        with torch.inference_mode():
            self.model.base_model(
                input_ids=torch.tensor([tokens], device=self.device),
                use_cache=True,
                **{self.cache_name: cache},
            )
        return layers_of(cache)

    def batch(
        self,
        tree_tokens: Ints,
        rows: Sequence[tuple[Row, Target]],
        base: int,
        cache: Any,
    ) -> Scores:
        """Score one batch of rows over `base` cached tokens; rows are padded on the right."""
        length = max(len(row) for row, _ in rows)
        shape = (len(rows), length)
        tokens, positions = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        # A padding token sees itself alone, and nothing sees it.
        ends = np.tile(np.arange(1, length + 1), (len(rows), 1))
        for number, (row, _) in enumerate(rows):
            tokens[number, : len(row)] = tree_tokens[row.nodes]
            positions[number, : len(row)] = row.depths
            ends[number, : len(row)] = row.ends
        counts = np.cumsum([0, *(len(target.places) for _, target in rows)])
        places = np.concatenate([t.places + i * length for i, (_, t) in enumerate(rows)])
        inputs = torch.from_numpy(np.stack([tokens, positions, ends])).to(self.device)
        states = self._states(inputs, base, cache, torch.from_numpy(places).to(self.device))
        index = np.concatenate([t.rows + counts[i] for i, (_, t) in enumerate(rows)])
        targets = np.concatenate([target.tokens for _, target in rows])
        values, hits = self._read(states, index, targets)
        slots = np.concatenate([target.slots for _, target in rows])
        return slots, values, hits, sum(len(row) for row, _ in rows)

    def _states(
        self, inputs: torch.Tensor, base: int, cache: Any, places: torch.Tensor
    ) -> torch.Tensor:
        """Hidden states (plain rows: logits) [places, width] at flat places of the batch.

        `inputs` [3, batch, length] are the tokens, their positions and the ends of their subtrees.
        """
        tokens, positions, ends = inputs
        if self.obstacle is not None:
            logits: torch.Tensor = self.model(input_ids=tokens, use_cache=False).logits
            return logits.flatten(0, 1)[places.to(logits.device)]
        output = self.model.base_model(
            input_ids=tokens,
            attention_mask=self._masks(ends, positions, base),
            position_ids=positions,
            use_cache=False,
            **({} if cache is None else {self.cache_name: cache}),
        )
        hidden: torch.Tensor = output.last_hidden_state
        # Over several GPUs the decoder ends on another one than it began on.
        return hidden.flatten(0, 1)[places.to(hidden.device)]

    def _masks(self, ends: torch.Tensor, positions: torch.Tensor, base: int) -> Any:
        """Build the mask, or the masks by layer type, as the family takes them."""
        kind, dtype = FAMILIES[self.config.model_type].masks, self.model.dtype
        window = getattr(self.config, "sliding_window", None)
        if kind == "full":
            return path_mask(ends, positions, base, None, dtype)
        if kind == "window":
            return path_mask(ends, positions, base, window, dtype)
        windows = {"full_attention": None, "sliding_attention": window}
        return {
            layer_type: path_mask(ends, positions, base, windows[layer_type], dtype)
            for layer_type in sorted(set(self.config.layer_types))
        }

    def _read(
        self, states: torch.Tensor, index: NDArray[np.int64], targets: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Log-probabilities of `targets` at `states[index]` and whether each is the likeliest.

        `index` is ascending. The vocabulary's logits exist for a chunk of states at a time; they
        are normalised in float32.
        """
        values, hits = np.empty(len(index)), np.empty(len(index), bool)
        chunk = max(1, self.logit_bytes // (4 * self.dimensions.vocabulary))
        cached = max(1, CACHED_BYTES // (4 * self.dimensions.vocabulary)) * torch.get_num_threads()
        for start in range(0, len(states), chunk):
            logits = self._logits(states[start : start + chunk])
            size = cached if logits.device.type == "cpu" else len(logits)
            for part, read in enumerate(logits.split(size)):
                above = start + part * size
                first, last = np.searchsorted(index, [above, above + len(read)])
                row = torch.from_numpy(index[first:last] - above).to(logits.device)
                token = torch.from_numpy(targets[first:last]).to(logits.device)
                logprobs, likeliest = read_logits(read, row, token)
                values[first:last] = logprobs.double().cpu().numpy()
                hits[first:last] = likeliest.cpu().numpy()
        return values, hits

    def _logits(self, states: torch.Tensor) -> torch.Tensor:
        if self.obstacle is not None:
            return states
        head = FAMILIES[self.config.model_type].head
        return head(self.model.get_output_embeddings()(states), self.config)
