"""Gates that docs/learned_gates.py learns for a tiny model."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from docs.learned_gates import Settings, learn, most_closed, option_log_shares

from benchprof.importance.example import Example

from .importance.conftest import choice

SETTINGS = Settings(steps=60, start=1.0, rate=0.3, own=4, others=4, uninformative=2, neutral=8)
OPENING, NEUTRAL = torch.tensor([1]), torch.arange(20, 60)


def test_the_listed_neurons_are_those_with_the_lowest_theta() -> None:
    theta = {
        "model.layers.1.mlp.down_proj": torch.tensor([0.5, -2.0, -1.0]),
        "model.layers.0.mlp.down_proj": torch.tensor([-1.5, 3.0, 0.0]),
    }
    assert most_closed(theta, 3) == {0: [0], 1: [1, 2]}


def leads(model: Any, examples: list[Example]) -> torch.Tensor:
    """By how much the log-share of each example's first option exceeds the second's."""
    with torch.no_grad():
        return torch.stack([s[0] - s[1] for s in option_log_shares(model, examples)])


@dataclass(frozen=True)
class Learned:
    """Theta for own items, of whose options the model prefers the first, and what was read."""

    theta: dict[str, torch.Tensor]
    own: list[Example]
    others: list[Example]


def learned(model: Any, seed: int = 0) -> Learned:
    """Learn the gates of four own items."""
    options = [([7, n, 9], [30 + n], [40 + n]) for n in range(4)]
    preferred = leads(model, [choice(*own) for own in options]) > 0
    own = [
        choice(context, one, other) if first else choice(context, other, one)
        for first, (context, one, other) in zip(preferred, options, strict=True)
    ]
    others = [choice([8, n, 11], [50 + n], [60 + n]) for n in range(4)]
    uninformative = [choice([5, n], [30 + n], [40 + n]) for n in range(4)]
    settings = dataclasses.replace(SETTINGS, seed=seed)
    theta = learn(model, own, uninformative, others, OPENING, NEUTRAL, settings)
    return Learned(theta, own, others)


@pytest.mark.parametrize("family", ["llama", "gemma3_text"])
def test_neurons_with_closed_gates_carry_the_lead_of_own_items_alone(
    family: str, make_model: Callable[..., Any]
) -> None:
    model = make_model(family)
    gates = learned(model)
    ablated = copy.deepcopy(model)
    with torch.no_grad():
        for name, of_layer in gates.theta.items():
            ablated.get_parameter(name)[:, of_layer < 0] = 0
    own, others = (
        (leads(model, items), leads(ablated, items)) for items in (gates.own, gates.others)
    )
    assert own[0].min() > 0
    assert own[1].mean() < own[0].mean() / 2
    assert (others[1] - others[0]).abs().mean() < (own[1] - own[0]).abs().mean() / 2


def test_learning_leaves_the_model_and_repeats_by_its_seed(make_model: Callable[..., Any]) -> None:
    model = make_model("llama")
    weights = copy.deepcopy(model.state_dict())
    theta, again, other = (torch.cat([*learned(model, seed).theta.values()]) for seed in (0, 0, 1))
    assert all(torch.equal(tensor, weights[name]) for name, tensor in model.state_dict().items())
    assert not any(module._forward_pre_hooks for module in model.modules())
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert torch.equal(theta, again)
    assert not torch.equal(theta, other)
