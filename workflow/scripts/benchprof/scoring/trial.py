"""A trial of a loaded model: whether rows of several paths give what plain sequences give."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchprof.errors import in_words
from benchprof.scoring.attention import KeptPaths
from benchprof.scoring.cache import cache_of, layers_of
from benchprof.scoring.forward import Forward, is_out_of_memory
from benchprof.scoring.plan import Row
from benchprof.scoring.target import Target
from benchprof.scoring.tree import Ints

TRUNK = 24
"""Tokens that all paths of the trial begin with."""
BRANCH = 12
"""Tokens of each path beyond them. They are the same for all paths, so that one that sees another
can copy from it, and is certain of what no path alone would guess."""
BRANCHES = 3
"""Paths."""
NEW = 3
"""New tokens of a prompt."""
SINGLE = 4
"""Bytes of a number in single precision."""
EXACT = 1e-3
"""In single precision, largest share of the damage of a false row, in which every path sees those
before it, that is taken for rounding. It was up to 6e-6 for tiny models of fifty types, and 1e-6
for SmolLM2-135M-Instruct, where a false row costs 10 nats a token."""
BETWEEN_PATHS, FROM_PLAIN = 0.05, 0.25
"""The same in half precision: between copies of a path, at the worst token, and from the plain
sequence, on average. Copies go through the same arithmetic: all tiny models gave the same bits, and
SmolLM2 0.01. Plain sequences take other kernels: up to 0.07 and 0.007."""


def failed_trial(forward: Forward) -> str | None:
    """Say why a model cannot take rows of several paths, by computing one; None if it can.

    The row is computed whole, and once more over a cached trunk. All its paths are copies of one,
    so that they must agree with one another, and with the path as a plain sequence. What a false
    row would change is the measure of what rounding may: in half precision rounding alone moves a
    log-probability by 0.1.
    """
    draw = np.random.default_rng(0)
    vocabulary = forward.dimensions.vocabulary
    # Not the first and the last, among which tokens are that stand for more than text.
    path = draw.integers(vocabulary // 8, vocabulary // 2, TRUNK + BRANCH)
    tokens, wanted = (
        np.concatenate([own[:TRUNK], np.tile(own[TRUNK:], BRANCHES)])
        for own in (path, np.roll(path, -1))
    )
    with torch.inference_mode():
        try:
            copies, windows = _packed(forward, tokens.astype(np.int32), wanted)
        except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError,
                TypeError, ValueError) as error:  # fmt: skip
            if is_out_of_memory(error):
                raise
            words = in_words(error)
            return f"its decoder takes no rows of several paths ({words})"
        expected = _plain(forward, path, np.roll(path, -1))[TRUNK:]
        damaged = _plain(forward, tokens, wanted)[TRUNK:].reshape(BRANCHES, BRANCH)[1:]
    if (window := _unseen_window(forward.config, windows)) is not None:
        return f"its sliding window of {window} tokens does not reach the attention function"
    damage = np.abs(damaged - expected).mean()
    apart = np.abs(copies - copies[0]).max()
    moved = np.abs(copies - expected).mean(axis=1).max()
    half = forward.model.dtype.itemsize < SINGLE
    most_apart, most_moved = (BETWEEN_PATHS, FROM_PLAIN) if half else (EXACT, EXACT)
    # Written so that what is not a number fails.
    if not (apart <= most_apart * damage and moved <= most_moved * damage):
        return (
            f"in a trial of shared rows copies of a path came out {apart:.2g} nats apart, and "
            f"{moved:.2g} from the plain sequence; a false row would cost {damage:.2g}"
        )
    return None


def pads_exactly(forward: Forward, tokenizer: Any) -> bool:
    """Whether a prompt padded on the left to another's length is continued as it is alone.

    A layer that carries a state from token to token may take the padding into it. The logits of
    the first new tokens are compared, and what another prompt would change is the measure.

    Args:
        forward: of the model.
        tokenizer: has the token that fills up answers.
    """
    draw = np.random.default_rng(0)
    vocabulary = forward.dimensions.vocabulary
    lengths = (BRANCH, BRANCH // 2)
    long, short = (draw.integers(vocabulary // 8, vocabulary // 2, n) for n in lengths)
    padded = np.concatenate([np.full(len(long) - len(short), short[0]), short])
    mask = np.stack([np.ones(len(long)), np.arange(len(long)) >= len(long) - len(short)])
    together, chosen = _continued(forward, np.stack([long, padded]), mask, tokenizer)
    damage, moved = 0.0, [0.0]
    for row, prompt in enumerate((long, short)):
        alone, own = _continued(forward, prompt[None], np.ones((1, len(prompt))), tokenizer)
        damage = float((together[0][1 - row] - alone[0][0]).abs().mean())
        for step in range(NEW):
            moved.append(float((together[step][row] - alone[step][0]).abs().mean()))
            if own[0, step] != chosen[row, step]:
                break  # rounding decided between two likeliest tokens
    half = forward.model.dtype.itemsize < SINGLE
    return max(moved) <= (FROM_PLAIN if half else EXACT) * damage


def _continued(
    forward: Forward, prompts: NDArray[np.int64], mask: NDArray[Any], tokenizer: Any
) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Logits [prompts, vocabulary] of each new token, and the new tokens [prompts, new]."""
    with torch.inference_mode():
        output = forward.model.generate(
            input_ids=torch.from_numpy(prompts).to(forward.device),
            attention_mask=torch.from_numpy(mask).long().to(forward.device),
            do_sample=False,
            min_new_tokens=NEW,
            max_new_tokens=NEW,
            pad_token_id=tokenizer.pad_token_id,
            tokenizer=tokenizer,  # for stop strings of the model's own
            use_cache=True,
            output_logits=True,
            return_dict_in_generate=True,
        )
    new = output.sequences[:, prompts.shape[1] :]
    return [logits.float() for logits in output.logits], new


def _packed(
    forward: Forward, tokens: Ints, wanted: NDArray[np.int64]
) -> tuple[NDArray[np.float64], set[int | None]]:
    """Log-probabilities of the branches [2 · branches, tokens] and the windows that were met.

    First in one row, then over a cached trunk.
    """
    row, kept = _row(), KeptPaths()
    whole = forward.batch(tokens, [(row, _target(row, wanted))], 0, None, kept)[1]
    paths = kept.get((row,))
    windows = paths.windows if paths is not None else set()
    trunk = Row(row.nodes[:TRUNK], row.depths[:TRUNK], np.minimum(row.ends[:TRUNK], TRUNK))
    branches = Row(row.nodes[TRUNK:], row.depths[TRUNK:], row.ends[TRUNK:] - TRUNK)
    cache: Any = cache_of([], growing=True)
    forward.batch(tokens, [(trunk, _target(trunk, wanted))], 0, cache, kept)
    cache = cache_of(layers_of(cache), growing=False)
    target = _target(branches, wanted)
    above = forward.batch(tokens, [(branches, target)], TRUNK, cache, kept)[1]
    return np.concatenate([whole[TRUNK:], above]).reshape(-1, BRANCH), windows


def _row() -> Row:
    """The whole tree: the trunk, then each branch."""
    nodes = np.arange(TRUNK + BRANCHES * BRANCH, dtype=np.int32)
    depths = np.concatenate([nodes[:TRUNK], np.tile(np.arange(TRUNK, TRUNK + BRANCH), BRANCHES)])
    stops = np.arange(TRUNK + BRANCH, len(nodes) + 1, BRANCH)
    ends = np.concatenate([np.full(TRUNK, len(nodes)), np.repeat(stops, BRANCH)])
    return Row(nodes, depths.astype(np.int32), ends.astype(np.int32))


def _target(row: Row, wanted: NDArray[np.int64]) -> Target:
    places = np.arange(len(row))
    return Target(places, places, wanted[row.nodes], places)


def _plain(
    forward: Forward, tokens: NDArray[np.int64], wanted: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Log-probabilities of `wanted` at every place of one plain sequence."""
    logits = forward.plain_logits(tokens, [len(tokens)], np.arange(len(tokens)))
    logprobs = torch.log_softmax(logits.float(), -1)
    index = torch.from_numpy(wanted)[:, None].to(logprobs.device)
    found: NDArray[np.float64] = logprobs.gather(1, index)[:, 0].cpu().double().numpy()
    return found


def _unseen_window(config: Any, windows: set[int | None]) -> int | None:
    """The configuration's sliding window if layers that have it did not ask for it.

    Requests may be longer than the trial's, and the window too.
    """
    window: int | None = getattr(config, "sliding_window", None)
    slides = "sliding_attention" in (getattr(config, "layer_types", None) or ["sliding_attention"])
    return window if slides and window not in windows else None
