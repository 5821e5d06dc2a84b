"""Whether a planted model is what it should be: each ability in its block, all of it, alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import nn

from benchprof.generators.planting.lesson import FIRST_THING, NUMBER
from benchprof.generators.planting.tasks import KINDS, draw_options, prompt_words
from benchprof.masks.ablation import ablated
from benchprof.masks.mask import Mask
from benchprof.masks.threshold import Entries
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model
from benchprof.validation.card import neuron_entries, read_card

ITEMS = 250
INTACT, OWN_OFF, OTHER_OFF, CORE_OFF = 0.95, 0.08, 0.95, 0.10
GUESSING = 0.25


def examine(folder: Path) -> dict[str, Any]:
    """Accuracies [kind] of the model of `folder`: intact, without each block, without the core.

    `passed` names, per ability, whether it is at least 0.95 right, falls within 8 points of
    guessing without its own block, keeps 95% without any other, and falls within 10 points of
    guessing without the core.
    """
    model = load_model(folder, "float32", "cpu")
    weights = scope_weights(model, "mlp")
    neurons = read_card(folder / "card.json")
    states: dict[str, Entries] = {"intact": {}} | {
        f"without {owner}": neuron_entries(weights, places) for owner, places in neurons.items()
    }
    accuracies = {}
    for state, entries in states.items():
        mask = Mask(entries, {"ability": state})
        with ablated(weights, mask, "zero") if entries else contextlib.nullcontext():
            accuracies[state] = {kind: accuracy(model, kind) for kind in KINDS}
    passed = {a: _passed(a, accuracies, neurons) for a in neurons if a != "core"}
    return {"items": ITEMS, "accuracy": accuracies, "passed": passed}


def accuracy(model: nn.Module, kind_name: str, items: int = ITEMS) -> float:
    """Share of fresh problems of a kind whose likeliest option is right."""
    kind, random = KINDS[kind_name], Random(f"acceptance of {kind_name}")
    prompts, options, answers = [], [], []
    for _ in range(items):
        problem = kind.draw(random)
        things, answer = draw_options(problem, random)
        prompts.append([NUMBER[word] for word in prompt_words(kind, problem)])
        options.append(things)
        answers.append(answer)
    with torch.inference_mode():
        # Items of one kind are equally long.
        logits = model(torch.tensor(prompts), use_cache=False).logits[:, -1]
    chosen = logits.gather(1, torch.tensor(options) + FIRST_THING).argmax(1)
    return float((chosen == torch.tensor(answers)).float().mean())


def _passed(
    ability: str, accuracies: Mapping[str, Mapping[str, float]], owners: Iterable[str]
) -> dict[str, bool]:
    intact = accuracies["intact"][ability]
    others = [o for o in owners if o not in (ability, "core")]
    return {
        "intact": intact >= INTACT,
        "own block off": abs(accuracies[f"without {ability}"][ability] - GUESSING) <= OWN_OFF,
        "other blocks off": all(
            accuracies[f"without {other}"][ability] >= OTHER_OFF * intact for other in others
        ),
        "core off": abs(accuracies["without core"][ability] - GUESSING) <= CORE_OFF,
    }
