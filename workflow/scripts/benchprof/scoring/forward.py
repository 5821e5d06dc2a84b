"""Forward passes over packed rows, exact for the models whose own trial shows that they are.

`Forward` computes the log-probabilities that are wanted and nothing else: tokens attend to their
own path, positions follow the path, logits are made only where they are read.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.modeling_outputs import BaseModelOutputWithPast

from benchprof.scoring.attention import KeptPaths, Paths, attention_by
from benchprof.scoring.cache import KeysValues, cache_of, layers_of
from benchprof.scoring.decoder import fused_decoder
from benchprof.scoring.dimensions import Dimensions
from benchprof.scoring.obstacle import obstacle
from benchprof.scoring.plan import Row
from benchprof.scoring.rotary import Rotaries
from benchprof.scoring.structure import decoder_of
from benchprof.scoring.target import Target
from benchprof.scoring.transfer import moved
from benchprof.scoring.tree import Ints

Scores = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], int]
"""Slots of the results, their log-probabilities, whether each token is the likeliest [all: slots],
and the number of tokens computed."""

LOGIT_BYTES = 1 << 25
"""Size of the largest block of logits that is held at once, in the model's dtype."""
CUDA_LOGIT_BYTES = 1 << 29
"""The same on a GPU, whose bandwidth the head's weights would take up, read for few states."""
CUDA_NORMALISED_BYTES = 1 << 28
"""Size of the float32 logits that a GPU normalises at once, which takes as much again."""
CACHED_BYTES = 1 << 19
"""Size of the float32 logits that a thread of a processor normalises at once: they stay in its
cache."""


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
    found, (top, first) = logprobs[row, token], logprobs.max(-1)
    # Of logits that are no numbers none equals the largest.
    return found, (found == top[row]) & (first[row] == token)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an exception means that memory ran out; on CPU torch says so in words only."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # The last is that of CUDA's libraries, such as CUBLAS_STATUS_ALLOC_FAILED.
    words = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")
    return any(word in str(error).lower() for word in words)


class Forward:
    """Runs batches of rows through a model, and its head only where log-probabilities are read."""

    def __init__(self, model: Any) -> None:
        """Take a loaded model.

        `obstacle` says why its rows hold a path each, if they do; `pads` whether prompts to write
        from may share a batch, padded to one length; None before it was tried.
        """
        self.model, self.device = model, model.device
        _, self.decoder, _ = decoder_of(model)
        # A decoder that is a plain module has none.
        self.config: Any = getattr(self.decoder, "config", model.config.get_text_config())
        self.obstacle, self.fused = obstacle(model), fused_decoder(model)
        self.pads: bool | None = None
        self.rotaries = Rotaries.of(model)
        self.dimensions = Dimensions.of(self.config, model.dtype.itemsize)
        self.eager = getattr(self.config, "_attn_implementation", None) == "eager"
        names = inspect.signature(self.decoder.forward).parameters
        self.cache_name = "cache" if "cache" in names else "past_key_values"

    def can_branch(self, length: int) -> bool:
        """Tell whether sequences of up to `length` tokens may grow on a trunk, padding after it.

        A sliding window counts the padding, and so must hold the whole of them.
        """
        window = getattr(self.config, "sliding_window", None)
        return window is None or length <= window

    def trunk(self, tokens: Sequence[int]) -> list[KeysValues]:
        """Compute the keys and values of every layer of a beginning that sequences share."""
        cache = cache_of([], growing=True)
        with torch.inference_mode():
            self.decoder(
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
        kept: KeptPaths,
    ) -> Scores:
        """Score one batch of rows over `base` cached tokens; its paths are taken from `kept`."""
        lengths = [len(row) for row, _ in rows]
        starts = np.cumsum([0, *lengths[:-1]])
        tokens = np.concatenate([tree_tokens[row.nodes] for row, _ in rows]).astype(np.int64)
        places = _joined([target.places for _, target in rows], starts)
        if self.obstacle is None:
            batch = tuple(row for row, _ in rows)
            paths = kept.get(batch) or self._paths(batch, base)
            states = self._states(tokens, paths, cache, places)
            kept.keep(batch, paths)
        else:
            states = self.plain_logits(tokens, lengths, places)
        above = np.cumsum([0, *(len(target.places) for _, target in rows[:-1])])
        index = _joined([target.rows for _, target in rows], above)
        targets = np.concatenate([target.tokens for _, target in rows])
        values, hits = self._read(states, index, targets)
        slots = np.concatenate([target.slots for _, target in rows])
        return slots, values, hits, len(tokens)

    def _paths(self, rows: Sequence[Row], base: int) -> Paths:
        starts = np.cumsum([0, *(len(row) for row in rows[:-1])])
        depths = np.concatenate([row.depths for row in rows]).astype(np.int64)
        return Paths(depths, _joined([row.ends for row in rows], starts), base, self.device)

    def _states(
        self, tokens: NDArray[np.int64], paths: Paths, cache: Any, places: NDArray[np.int64]
    ) -> torch.Tensor:
        """Hidden states [places, width] of tokens whose rows lie one after the other."""
        inputs = moved(np.stack([tokens, paths.depths]), self.device)
        if self.fused is not None:
            return self.fused(inputs, paths, cache, torch.from_numpy(places))
        with attention_by(paths, self.config):
            output = self.decoder(
                input_ids=inputs[:1],
                position_ids=inputs[1:],
                use_cache=False,
                **({} if cache is None else {self.cache_name: cache}),
            )
        if not paths.attended:
            raise AssertionError("its layers do not call transformers' attention functions")
        if paths.own_mask:
            raise AssertionError("its layers make a mask of their own")
        hidden: torch.Tensor = output.last_hidden_state[0]
        # Over several GPUs the decoder ends on another one than it began on.
        return hidden[moved(places, hidden.device)]

    def plain_logits(
        self, tokens: NDArray[np.int64], lengths: Sequence[int], places: NDArray[np.int64]
    ) -> torch.Tensor:
        """Logits [places, vocabulary] of plain sequences, padded on the right."""
        real = np.arange(max(lengths)) < np.array(lengths)[:, None]
        padded = np.zeros(real.shape, np.int64)
        padded[real] = tokens
        inputs = moved(padded, self.device)
        logits: torch.Tensor = self.model(input_ids=inputs, use_cache=False).logits
        return logits.flatten(0, 1)[moved(np.flatnonzero(real)[places], logits.device)]

    def _read(
        self, states: torch.Tensor, index: NDArray[np.int64], targets: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Log-probabilities of `targets` at `states[index]` and whether each is the likeliest.

        `index` is ascending. The vocabulary's logits exist for a chunk of states at a time; they
        are normalised in float32. A GPU gets the indices once and gives the results back once.
        """
        if not len(index):
            return np.empty(0), np.empty(0, bool)
        vocabulary, on_cpu = self.dimensions.vocabulary, states.device.type == "cpu"
        held = LOGIT_BYTES if on_cpu else CUDA_LOGIT_BYTES
        chunk = max(1, held // (self.dimensions.itemsize * vocabulary))
        size = max(1, (CACHED_BYTES if on_cpu else CUDA_NORMALISED_BYTES) // (4 * vocabulary))
        size *= torch.get_num_threads() if on_cpu else 1
        asked, found = moved(np.stack([index, targets]), states.device), list[torch.Tensor]()
        for start in range(0, len(states), chunk):
            logits = self._logits(states[start : start + chunk])
            asked = asked.to(logits.device)  # a head may be on another GPU than the last layer
            for part, read in enumerate(logits.split(size)):
                above = start + part * size
                first, last = np.searchsorted(index, [above, above + len(read)])
                row, token = asked[:, first:last]
                logprobs, likeliest = read_logits(read, row - above, token)
                found.append(torch.stack([logprobs, likeliest.to(logprobs.dtype)]))
        values, hits = torch.cat(found, dim=1).cpu()
        return values.double().numpy(), hits.bool().numpy()

    def _logits(self, states: torch.Tensor) -> torch.Tensor:
        """Logits [states, vocabulary] of hidden states; states of plain rows are logits already."""
        if self.obstacle is not None:
            return states
        with _ending_in(self.decoder, states):
            none = torch.zeros((1, len(states)), dtype=torch.long, device=self.device)
            logits: torch.Tensor = self.model(input_ids=none, use_cache=False).logits
        return logits[0]


class States(BaseModelOutputWithPast):  # type: ignore[misc]
    """A decoder's output that says None of all but the hidden states."""

    def __getattr__(self, name: str) -> None:
        """What some families' outputs have beside the library's."""
        if name.startswith("__"):
            raise AttributeError(name)


@contextmanager
def _ending_in(decoder: torch.nn.Module, states: torch.Tensor) -> Iterator[None]:
    """Let a decoder give these states whatever it is called with.

    A model's own class then computes what follows the decoder: the head, its scale and its cap.
    """
    # What stands on the instance already: accelerate's, where a model is spread over GPUs.
    found = vars(decoder).get("forward")
    decoder.forward = lambda *_, **__: States(states[None])  # type: ignore[method-assign]
    try:
        yield
    finally:
        vars(decoder).pop("forward")
        if found is not None:
            decoder.forward = found


def _joined(
    parts: Sequence[NDArray[np.integer[Any]]], offsets: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Concatenate places that count from the beginnings of rows, which stand at `offsets`."""
    return np.concatenate([part + at for part, at in zip(parts, offsets, strict=True)])
