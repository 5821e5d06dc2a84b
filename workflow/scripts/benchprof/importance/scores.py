"""The importance of each weight over an ability's examples, by the configured score."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import nn

from benchprof.importance.example import Example
from benchprof.importance.gradients import gradient_scores
from benchprof.importance.item_gradients import InseparableError, item_gradient_scores
from benchprof.importance.loss import NonFiniteLossError
from benchprof.importance.memory import Memory
from benchprof.importance.score import SCORES


def score_weights(
    model: nn.Module,
    weights: Mapping[str, nn.Parameter],
    examples: Sequence[Example],
    control_items: Sequence[Example],
    score: str,
    advance: Callable[[int], object],
    memory: Memory,
) -> dict[str, torch.Tensor]:
    """Importance of each entry of `weights`, float32, on the CPU, shaped like the weights.

    With control items: max(0, s(examples) - s(control items)), each s the whole score of one set.
    This takes off what a weight does for the control items as well (reading, answering in the form
    asked). A weight that matters more to the control items has no importance, not a negative one. A
    signed score keeps the sign. A score that is not finite in either set is not finite in the
    difference.

    Args:
        model: in evaluation mode; left as found.
        weights: the weights in scope by name.
        examples: the diagnostic examples, at least one.
        control_items: one of each example, all of one kind; empty for no contrast.
        score: taylor_abs, taylor or taylor_signed.
        advance: called with the number of tokens of each example done.
        memory: bounds of what the gradients' passes take.

    Raises:
        NonFiniteLossError: the loss of an example, or of the control item with its index, is
            infinite or not a number.
    """

    def group_scores(
        group: Mapping[str, nn.Parameter], items: Sequence[Example], done: Callable[[int], object]
    ) -> dict[str, torch.Tensor]:
        if SCORES[score].absolute == "each":
            with contextlib.suppress(InseparableError):
                return item_gradient_scores(model, group, items, score, done, memory)
        return gradient_scores(model, group, items, score, done, memory)

    def all_scores(items: Sequence[Example]) -> dict[str, torch.Tensor]:
        collected: dict[str, torch.Tensor] = {}
        for group in groups_of(weights, memory.most_scores):
            # The first passes count for all: they tell in time whether memory is enough.
            done = (lambda _: None) if collected else advance
            # Off the accelerator, which need not hold two sets of scores.
            for name, scores in group_scores(group, items, done).items():
                collected[name] = scores.cpu()
        return collected

    scores = all_scores(examples)
    if not control_items:
        return scores
    try:
        subtracted = all_scores(control_items)
    except NonFiniteLossError as error:
        error.of_control_item = True
        raise
    return contrasted(scores, subtracted, score)


def groups_of(
    weights: Mapping[str, nn.Parameter], most: int | None
) -> list[dict[str, nn.Parameter]]:
    """The weights in their order, as few groups of at most so many entries; a larger one alone."""
    groups: list[dict[str, nn.Parameter]] = [{}]
    held = 0
    for name, weight in weights.items():
        if most is not None and groups[-1] and held + weight.numel() > most:
            groups.append({})
            held = 0
        groups[-1][name] = weight
        held += weight.numel()
    return groups


def contrasted(
    scores: Mapping[str, torch.Tensor], subtracted: Mapping[str, torch.Tensor], score: str
) -> dict[str, torch.Tensor]:
    """The scores of items less those of their control items, in place, as `score_weights` says."""
    for name, theirs in subtracted.items():
        difference = scores[name].sub_(theirs.cpu())
        # Clamped, a control item's infinite score would pass for 0: `check_finite` sees it.
        if not SCORES[score].signed and bool(difference.isfinite().all()):
            difference.clamp_(min=0)
    return dict(scores)
