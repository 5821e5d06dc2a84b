"""The importance of units over an ability's examples, from attributions of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch

from benchprof.importance.attributions import Attributions
from benchprof.importance.example import Example
from benchprof.importance.score import SCORES
from benchprof.importance.scores import contrasted

UnitScorer = Callable[[Sequence[Example], Sequence[Example]], dict[str, torch.Tensor]]
"""Importance of units by some examples and their control items, which may be none."""
Wanted = Mapping[str, tuple[str, Example]]
"""Examples by their digests, each with the name of its item for messages."""


def score_units(
    examples: Sequence[Attributions], control_items: Sequence[Attributions], score: str
) -> dict[str, torch.Tensor]:
    """Importance of each unit, float32, by the name of the projection that reads it.

    Over the examples x with the attributions s(x): taylor_abs is the mean of |s(x)|, taylor the
    |mean of s(x)|, taylor_signed the mean of s(x). With control items the
    difference that `score_weights` takes.

    Args:
        examples: attributions of each, at least one.
        control_items: of one control item of each; empty for no contrast.
        score: taylor_abs, taylor or taylor_signed.
    """
    scores = _score_of(examples, score)
    return contrasted(scores, _score_of(control_items, score), score) if control_items else scores


def _score_of(examples: Sequence[Attributions], score: str) -> dict[str, torch.Tensor]:
    return {name: _mean([own[name] for own in examples], score) for name in examples[0]}


def _mean(values: Sequence[torch.Tensor], score: str) -> torch.Tensor:
    # float64, so that the order of the examples decides nothing that float32 shows.
    each = torch.stack([own.double() for own in values])
    mean = (each.abs() if SCORES[score].absolute == "each" else each).mean(dim=0)
    return (mean.abs() if SCORES[score].absolute == "mean" else mean).float()
