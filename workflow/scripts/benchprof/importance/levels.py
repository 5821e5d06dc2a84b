"""How active units are: random controls are matched in this, and mean ablation uses the means.

Both are read on the same few train items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from benchprof import digests
from benchprof.importance.example import Example, render_examples
from benchprof.importance.items import TrainItems
from benchprof.models.inputs import inputs_seen
from benchprof.models.loading import load_tokenizer
from benchprof.models.units import Projection
from benchprof.scoring.structure import decoder_of
from benchprof.scoring.transfer import fetched, moved

AT_ONCE = 8
"""Examples of a pass."""
ITEMS = 8
"""Train items of each ability that are read for it."""


def level_examples(folder: Path, train: TrainItems) -> list[Example]:
    """A few train items of every ability, as the model reads them.

    Args:
        folder: the prepared model.
        train: the items, of which `ITEMS` of each ability are read.

    Raises:
        InputError: a chat template changes an answer.
    """
    tokenizer = load_tokenizer(folder)
    few = replace(train, limit=ITEMS)
    chosen = [item for name in sorted(few.files) for item in few.used(name)]
    return list(render_examples(chosen, tokenizer, "all", None).examples)


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

    def levels(units: torch.Tensor) -> torch.Tensor:
        return units.abs().mean(dim=2, dtype=torch.float32)

    return _means_over_tokens(model, projections, examples, levels)


def activation_means(
    model: nn.Module, projections: Mapping[str, Projection], examples: Sequence[Example]
) -> dict[str, torch.Tensor]:
    """The mean of a over all tokens, float32, of each feature that a projection reads, by its name.

    Args: as of `activation_levels`.
    """

    def features(units: torch.Tensor) -> torch.Tensor:
        return units.flatten(1).float()

    means = _means_over_tokens(model, projections, examples, features)
    return {name: mean.float() for name, mean in means.items()}


def _means_over_tokens(
    model: nn.Module,
    projections: Mapping[str, Projection],
    examples: Sequence[Example],
    told: Callable[[torch.Tensor], torch.Tensor],
) -> dict[str, torch.Tensor]:
    """The mean over all tokens, float64, of a function of activations [tokens, units, width]."""
    counted = torch.zeros(0, dtype=torch.long)
    seen: list[tuple[str, torch.Tensor]] = []
    # Of a projection that no token goes through the mean is 0.
    totals = {
        name: told(torch.zeros(0, own.units, own.width)).sum(dim=0, dtype=torch.float64)
        for name, own in projections.items()
    }

    def see(name: str, inputs: torch.Tensor) -> None:
        units, width = projections[name].units, projections[name].width
        by_token = inputs.reshape(-1, units, width)[moved(counted, inputs.device)]
        seen.append((name, told(by_token).sum(dim=0)))

    _, decoder, _ = decoder_of(model)
    with inputs_seen(model, projections, see), torch.no_grad():
        for first in range(0, len(examples), AT_ONCE):
            texts = [example.ids for example in examples[first : first + AT_ONCE]]
            # Padded on the right, where causal attention never looks.
            ids = pad_sequence(texts, batch_first=True)
            places = torch.arange(ids.shape[1])
            # As numbers: a GPU would have to say first how many are true.
            counted = torch.cat([places < len(text) for text in texts]).nonzero()[:, 0]
            ids = moved(ids, next(model.parameters()).device)
            # Not the whole model: told that few logits are wanted, Gemma 4 leaves tokens out.
            decoder(input_ids=ids, use_cache=False)
            for (name, _), own in zip(seen, fetched([own for _, own in seen]), strict=True):
                totals[name] += own
            seen.clear()
    tokens = sum(len(example.ids) for example in examples)
    return {name: total / tokens for name, total in totals.items()}
