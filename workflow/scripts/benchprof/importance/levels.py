"""How active units are: what random controls of a mask of units are matched in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.hooks import RemovableHandle

from benchprof import digests
from benchprof.importance.example import Example, render_examples
from benchprof.importance.items import used_items
from benchprof.models.loading import load_tokenizer
from benchprof.models.units import Projection

AT_ONCE = 8
"""Examples of a pass."""
ITEMS = 8
"""Train items of each ability that are read for it."""


def level_examples(
    folder: Path,
    items: Mapping[str, Path],
    exclude: Mapping[str, Collection[str]],
    seed: int,
    date: str,
) -> list[Example]:
    """A few train items of every ability, as the model reads them.

    Args:
        folder: the prepared model.
        items: each ability's file of train items.
        exclude: each ability's ids of items that are left out.
        seed: of the sample.
        date: the day that a chat template prints for today.

    Raises:
        InputError: a chat template changes an answer.
    """
    tokenizer = load_tokenizer(folder)
    own = (used_items(items[name], exclude[name], ITEMS, seed) for name in sorted(items))
    chosen = [item for of_ability in own for item in of_ability]
    return list(render_examples(chosen, tokenizer, "all", None, date).examples)


def digest_of_all(examples: Sequence[Example]) -> str:
    """SHA-256 of what is read."""
    return digests.of_value([example.digest for example in examples])


def activation_levels(
    model: nn.Module, projections: Mapping[str, Projection], examples: Sequence[Example]
) -> dict[str, torch.Tensor]:
    """The mean of |a| over the unit's features and all tokens, float64, by projection.

    Args:
        model: in evaluation mode.
        projections: whose units are meant.
        examples: at least one, read `AT_ONCE` at a time.
    """
    counted = torch.zeros(0, dtype=torch.bool)
    totals = {
        name: torch.zeros(own.units, dtype=torch.float64) for name, own in projections.items()
    }

    def hook_for(name: str) -> Callable[[nn.Module, tuple[torch.Tensor, ...]], None]:
        def hook(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            own = projections[name]
            by_token = inputs[0].reshape(-1, own.units, own.width)[counted]
            totals[name] += by_token.abs().mean(dim=2, dtype=torch.float32).sum(dim=0).cpu()

        return hook

    hooks: list[RemovableHandle] = []
    try:
        for name in projections:
            module = model.get_submodule(name.rpartition(".")[0])
            hooks.append(module.register_forward_pre_hook(hook_for(name)))
        with torch.no_grad():
            for first in range(0, len(examples), AT_ONCE):
                texts = [example.ids for example in examples[first : first + AT_ONCE]]
                # Padded on the right, where causal attention never looks.
                ids = pad_sequence(texts, batch_first=True)
                places = torch.arange(ids.shape[1])
                counted = torch.cat([places < len(text) for text in texts])
                ids = ids.to(next(model.parameters()).device)
                model(input_ids=ids, use_cache=False, logits_to_keep=1)
    finally:
        for handle in hooks:
            handle.remove()
    tokens = sum(len(example.ids) for example in examples)
    return {name: total / tokens for name, total in totals.items()}
