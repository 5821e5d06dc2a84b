"""A score from activations: forward passes alone, for those who cannot afford gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from benchprof.errors import InputError
from benchprof.importance.example import Example
from benchprof.importance.loss import finite_losses
from benchprof.models.anatomy import owner_of
from benchprof.models.device import with_float64
from benchprof.models.inputs import inputs_seen


def activation_scores(
    model: nn.Module,
    weights: Mapping[str, nn.Parameter],
    examples: Sequence[Example],
    advance: Callable[[int], object],
) -> dict[str, torch.Tensor]:
    """`wanda`: |θ_ij| · ‖X_j‖₂ / √t, float32, shaped like the weights.

    X_j are the inputs of the weight's projection in feature j at the t positions, of all
    examples, whose next token the loss counts (Wanda, Sun et al., arXiv:2306.11695). Dividing by
    √t changes no ranking; it puts sets of different length on one scale.

    Raises:
        InputError: a weight is not that of a projection, or the projection does not read each token
            once.
    """
    check_projections(model, weights)
    squares: dict[str, torch.Tensor] = {}
    positions = torch.zeros(0, dtype=torch.bool)

    def add(name: str, inputs: torch.Tensor) -> None:
        by_token = inputs.reshape(-1, inputs.shape[-1])
        if len(by_token) != len(positions) + 1:
            raise _unscored([name])
        # float64: one number per feature, summed over all examples.
        at_counted = with_float64(by_token[:-1][positions.to(inputs.device)]).double()
        total = at_counted.square().sum(dim=0)
        squares[name] = squares[name] + total if name in squares else total

    with torch.no_grad(), inputs_seen(model, weights, add):
        for index, example in enumerate(examples):
            positions = example.counted[1:]
            finite_losses(model, examples, [index])
            advance(example.tokens)
    if unseen := sorted(weights.keys() - squares):
        raise _unscored(unseen)
    tokens = sum(int(example.counted[1:].sum()) for example in examples)
    scores = {}
    for name, weight in weights.items():
        level = (squares[name] / tokens).sqrt().float().to(weight.device)
        by_row = isinstance(owner_of(model, name), Conv1D)
        score = weight.detach().float().abs().mul_(level[:, None] if by_row else level)
        # The device holds one tensor of scores at a time.
        scores[name] = score.cpu()
    return scores


def check_projections(model: nn.Module, weights: Iterable[str]) -> None:
    """Stop where a weight is not that of a projection, whose input the score is made of.

    Raises:
        InputError: experts' tensors and kernels of convolutions are not.
    """
    others = [name for name in weights if not isinstance(owner_of(model, name), nn.Linear | Conv1D)]
    if others:
        raise _unscored(others)


def _unscored(names: Sequence[str]) -> InputError:
    return InputError(
        "importance, score",
        f"wanda, but {names[0]} ({len(names)} such) is not applied to one input by a module",
        "a scope of projections",
        "Choose a score of gradients, as taylor_abs, or a scope without such tensors.",
    )
