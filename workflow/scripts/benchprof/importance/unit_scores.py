"""The importance of units over an ability's examples, from attributions of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import torch

from benchprof.importance.attributions import Attributions
from benchprof.importance.example import Example
from benchprof.importance.scores import contrasted

Kind = TypeVar("Kind")
Score = Callable[[Sequence[Example], Sequence[Example]], dict[str, torch.Tensor]]
"""Importance of units by some examples and their companions, which may be none."""
Wanted = Mapping[str, tuple[str, Example]]
"""Examples by their digests, each with the name of its item for messages."""


def score_units(
    examples: Sequence[Attributions], companions: Sequence[Attributions], score: str
) -> dict[str, torch.Tensor]:
    """Importance of each unit, float32, by the name of the projection that reads it.

    Over the examples x with the attributions s(x): taylor_abs is the mean of |s(x)|, taylor the
    |mean of s(x)|, taylor_signed the mean of s(x), fisher the mean of s(x)². With companions the
    difference that `score_weights` takes.

    Args:
        examples: attributions of each, at least one.
        companions: of one companion of each; empty for no contrast.
        score: taylor_abs, taylor, taylor_signed or fisher.
    """
    scores = _score_of(examples, score)
    return contrasted(scores, _score_of(companions, score), score) if companions else scores


def score_replicated(
    score: Callable[[Sequence[Kind], Sequence[Kind]], dict[str, torch.Tensor]],
    examples: Sequence[Kind],
    companions: Sequence[Kind],
) -> dict[str, torch.Tensor]:
    """What the scores of each unit over two halves of the examples agree on.

    That is the score nearer to 0, and 0 where the signs differ. Halves are every other example,
    companions with theirs.

    Args:
        score: of units by examples and companions.
        examples: two or more.
        companions: of one companion of each; empty for no contrast.
    """
    one, other = (score(examples[k::2], companions[k::2]) for k in (0, 1))
    return {name: _agreed(values, other[name]) for name, values in one.items()}


def _agreed(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    nearer = torch.where(one.abs() < other.abs(), one, other)
    return nearer.where(one.sign() == other.sign(), torch.zeros_like(nearer))


def _score_of(examples: Sequence[Attributions], score: str) -> dict[str, torch.Tensor]:
    return {name: _mean([own[name] for own in examples], score) for name in examples[0]}


def _mean(values: Sequence[torch.Tensor], score: str) -> torch.Tensor:
    # float64, so that the order of the examples decides nothing that float32 shows.
    each = torch.stack([own.double() for own in values])
    folded: Mapping[str, torch.Tensor] = {"taylor_abs": each.abs(), "fisher": each.square()}
    mean = folded.get(score, each).mean(dim=0)
    return (mean.abs() if score == "taylor" else mean).float()
