"""Faults that a score would hide: an example beyond the model's context, or one that overflows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from torch import nn
from transformers import AutoConfig

from benchprof.errors import InputError
from benchprof.importance.example import Example
from benchprof.importance.loss import NonFiniteLossError
from benchprof.importance.memory import memory_for
from benchprof.importance.scores import score_weights


def context_of(folder: Path) -> int | None:
    """The positions that a prepared model has, from its configuration; None where it has no end."""
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    longest: int | None = getattr(config.get_text_config(), "max_position_embeddings", None)
    return longest


def check_lengths(longest: int | None, path: Path, examples: Sequence[tuple[str, Example]]) -> None:
    """Stop where examples are longer than the model's context: no token is ever cut off.

    Args:
        longest: the positions that the model has, if they have an end.
        path: the file of the items, for the message.
        examples: each with the id of its item.

    Raises:
        InputError: names the first such item, says how many there are and how long they may be.
    """
    lengths = [(item, example.longest) for item, example in examples]
    too_long = [own for own in lengths if longest is not None and own[1] > longest]
    if too_long:
        item, length = too_long[0]
        raise InputError(
            f"{path}, item {item}",
            f"{length} tokens, and {len(too_long)} of {len(examples)} examples are too long",
            f"at most {longest}, the model's context",
            "Shorten the items, or name them under the ability's `exclude:`.",
        )


def check_finite(
    where: str,
    model: nn.Module,
    weights: Mapping[str, nn.Parameter],
    examples: Sequence[tuple[str, Example]],
    score: str,
    scores: Mapping[str, torch.Tensor],
) -> None:
    """Stop where a score is infinite or not a number; looks for the example that made it so.

    Args:
        where: the model and the ability, for the message.
        model: as it was scored.
        weights: those in scope.
        examples: each with the id of its item.
        score: which one.
        scores: what was computed from all the examples.

    Raises:
        InputError: names the item, or all of them where only their sum overflows.
    """
    if _all_finite(scores):
        return
    # The scores go to the host, which has room for them in every configuration.
    culprit, memory = "the sum over its items", memory_for(model, on_host=True)
    for item, example in examples:
        alone = score_weights(model, weights, [example], [], score, lambda _: None, memory)
        if not _all_finite(alone):
            culprit = f"item {item}"
            break
    raise not_finite(f"{where}, {culprit}")


@contextlib.contextmanager
def items_named(where: str, names: Sequence[str]) -> Iterator[None]:
    """Name the item where the loss of an example is no number.

    Args:
        where: the model, for the message.
        names: of the examples' items, by the examples' indices.

    Raises:
        InputError: in place of a NonFiniteLossError.
    """
    try:
        yield
    except NonFiniteLossError as error:
        raise InputError(where, f"{error} ({names[error.example]})", "a finite loss") from error


def not_finite(where: str) -> InputError:
    """The error for a gradient that is not finite; `where` names model, ability and item."""
    return InputError(
        where,
        "a gradient is infinite or not a number",
        "finite gradients",
        "Set `dtype: float32` or bfloat16, or name the item under the ability's `exclude:`.",
    )


def _all_finite(scores: Mapping[str, torch.Tensor]) -> bool:
    return all(bool(tensor.isfinite().all()) for tensor in scores.values())
