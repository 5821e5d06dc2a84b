"""Whether a planted model is what it should be: each ability in its block, all of it, alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import nn

from benchprof.models.ablation import ablated
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model
from benchprof.models.mask import Entries, Mask
from benchprof.models.prepared import PreparedModel
from benchprof.validation.card import neuron_entries, read_forms, read_planted_card
from planted.alphabets import NUMBERS, cue, symbols
from planted.tasks import KINDS, THINGS, draw_options, prompt_words

ITEMS = 250
INTACT, OWN_OFF, OTHER_OFF, CORE_OFF = 0.95, 0.08, 0.95, 0.10
FORM, FORM_OFF = 0.50, 0.15
GUESSING = 0.25


def examine(folder: Path) -> dict[str, Any]:
    """Accuracies [kind] of the model of `folder`: intact, without each block, without the core.

    `passed` names, per ability, whether it is at least 0.95 right, falls within 8 points of
    guessing without its own block, keeps 95% without any other, and falls within 10 points of
    guessing without the core. Of a model with alphabets, which are then asked in turn, also
    whether an answer in the ability's own has a probability of at least 0.5, and of at most 0.15
    without the block of the alphabet.
    """
    model = load_model(PreparedModel(folder, "float32"))
    weights = scope_weights(model, "mlp")
    neurons, forms = read_planted_card(folder / "card.json"), read_forms(folder / "card.json")
    owners = neurons | {f"form of {ability}": places for ability, places in forms.items()}
    conditions: dict[str, Entries] = {"intact": {}} | {
        f"without {owner}": neuron_entries(weights, places) for owner, places in owners.items()
    }
    accuracies, probabilities = {}, {}
    for condition, entries in conditions.items():
        mask = Mask(entries, {"ability": condition})
        with ablated(weights, mask, "zero") if entries else contextlib.nullcontext():
            accuracies[condition] = {kind: accuracy(model, kind, tuple(forms)) for kind in KINDS}
            probabilities[condition] = {ability: form(model, ability) for ability in forms}
    passed = {a: _passed(a, accuracies, owners) for a in neurons if a != "core"}
    found = {"items": ITEMS, "accuracy": accuracies, "passed": passed}
    if not forms:
        return found
    for ability, checks in passed.items():
        checks["form"] = probabilities["intact"][ability] >= FORM
        off = probabilities[f"without form of {ability}"][ability]
        checks["own form block off"] = off <= FORM_OFF
    return found | {"form": probabilities}


def accuracy(
    model: nn.Module, kind_name: str, alphabets: Sequence[str] = (), items: int = ITEMS
) -> float:
    """Share of fresh problems of a kind whose likeliest option is right.

    Args:
        model: a planted one.
        kind_name: which kind.
        alphabets: whose alphabets the answers are asked in, in turn; none for plain things.
        items: how many problems.
    """
    logits, options, answers = _answered(model, kind_name, alphabets, items)
    return float((logits.gather(1, options).argmax(1) == answers).float().mean())


def form(model: nn.Module, ability: str, items: int = ITEMS) -> float:
    """The mean probability of an answer in the ability's own alphabet, where its cue asks for it.

    Args:
        model: a planted one with alphabets.
        ability: whose problems are asked, in its own alphabet.
        items: how many problems.
    """
    logits, _, _ = _answered(model, ability, (ability,), items)
    own = [NUMBERS[symbol] for symbol in symbols(ability)]
    return float(logits.softmax(1)[:, own].sum(1).mean())


def _answered(
    model: nn.Module, kind_name: str, alphabets: Sequence[str], items: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits [items, words], token numbers of the options [items, options], the right ones."""
    kind, random = KINDS[kind_name], Random(f"acceptance of {kind_name}")
    prompts, options, answers = [], [], []
    for number in range(items):
        problem = kind.draw(random)
        things, answer = draw_options(problem, random)
        owner = alphabets[number % len(alphabets)] if alphabets else None
        head, written = ([cue(owner)], symbols(owner)) if owner else ([], THINGS)
        prompts.append([NUMBERS[word] for word in head + prompt_words(kind, problem)])
        options.append([NUMBERS[written[thing]] for thing in things])
        answers.append(answer)
    with torch.inference_mode():
        # Items of one kind are equally long.
        logits = model(torch.tensor(prompts), use_cache=False).logits[:, -1]
    return logits, torch.tensor(options), torch.tensor(answers)


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
