"""A trial of a loaded model: whether rows of several paths give what plain sequences give."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchprof.scoring.attention import KeptPaths
from benchprof.scoring.forward import Forward, cache_of, layers_of
from benchprof.scoring.generation import is_out_of_memory
from benchprof.scoring.packing import Row, Target
from benchprof.scoring.tree import Ints

TRUNK = 24
"""Tokens that all paths of the trial begin with."""
BRANCH = 12
"""Tokens of each path beyond them. They are the same for all paths, so that one that sees another
can copy from it, and is certain of what no path alone would guess."""
BRANCHES = 3
"""Paths."""
TOLERANCE = {torch.float32: 1e-3, torch.float64: 1e-3}
HALF_TOLERANCE = 0.25
"""Largest share of the damage of a false row, in which every path sees those before it, that is
taken for rounding. It was up to 3e-6 in float32 and 0.07 in bfloat16 for tiny models of sixty
types, and 4e-7 and 0.007 for SmolLM2-135M-Instruct, where a false row costs 7 nats a token."""


def failed_trial(forward: Forward) -> str | None:
    """Say why a model cannot take rows of several paths, by computing one; None if it can.

    The row is computed whole, and once more over a cached trunk. The log-probabilities of its
    tokens are compared with those of plain sequences. What a false row would change is the measure
    of what rounding may: in half precision rounding alone moves a log-probability by 0.1.
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
            found, windows = _packed(forward, tokens.astype(np.int32), wanted)
        except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError,
                TypeError, ValueError) as error:  # fmt: skip
            if is_out_of_memory(error):
                raise
            found = " ".join(str(error).split())[:200]
            return f"its decoder takes no rows of several paths ({found})"
        expected = np.tile(_plain(forward, path, np.roll(path, -1))[TRUNK:], BRANCHES)
        damaged = _plain(forward, tokens, wanted)[TRUNK:]
    if (window := _unseen_window(forward.config, windows)) is not None:
        return f"its sliding window of {window} tokens does not reach the attention function"
    damage = np.abs(damaged - expected).mean()
    moved = max(np.abs(own - expected).mean() for own in found)
    # Written so that what is not a number fails.
    if not moved <= TOLERANCE.get(forward.model.dtype, HALF_TOLERANCE) * damage:
        return (
            f"a trial of shared rows moved log-probabilities by {moved:.2g} nats on average, a "
            f"false row by {damage:.2g}"
        )
    return None


def _packed(
    forward: Forward, tokens: Ints, wanted: NDArray[np.int64]
) -> tuple[list[NDArray[np.float64]], set[int | None]]:
    """Log-probabilities of the branches, in one row and over a cached trunk; windows met."""
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
    return [whole[TRUNK:], above], windows


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
