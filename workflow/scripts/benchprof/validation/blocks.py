"""The masks of a planted model's blocks: what the abilities' own masks should be."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import torch

from benchprof import digests
from benchprof.errors import InputError
from benchprof.masks.mask import Mask, read_mask, write_mask
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model
from benchprof.models.prepared import PreparedModel
from benchprof.validation.card import neuron_entries, read_forms, read_planted_card


def write_block_masks(card: Path, model: Path, targets: Mapping[str, Path], forms: Path) -> None:
    """Write the mask of each ability's block, which holds all weights of its neurons.

    Args:
        card: the planted model's.
        model: the prepared model.
        targets: mask file by ability.
        forms: mask file of all neurons that write alphabets; empty where the model has none.

    Raises:
        InputError: the card has no block of an ability.
    """
    weights = scope_weights(load_model(PreparedModel(model, "float32")), "mlp")
    neurons = read_planted_card(card)
    for ability, target in targets.items():
        if ability not in neurons:
            known = ", ".join(sorted(neurons)) or "none"
            raise InputError(card, f"no block of {ability}", f"one of the abilities here: {known}")
        origin = {"ability": ability, "selection": "blocks", "card": digests.of_file(card)}
        write_mask(target, Mask(neuron_entries(weights, neurons[ability]), origin))
    layers = zip(*read_forms(card).values(), strict=True)
    writing = [sorted(chain.from_iterable(own)) for own in layers]
    entries = neuron_entries(weights, writing) if writing else {}
    write_mask(forms, Mask(entries, {"selection": "forms", "card": digests.of_file(card)}))


def share_within(mask: Path, block: Path) -> float:
    """Share of a mask's entries that lie in a block; 0 where the block has none."""
    chosen, true = read_mask(mask), read_mask(block)
    common = sum(
        int(torch.isin(entries, true.entries[name]).sum())
        for name, entries in chosen.entries.items()
        if name in true.entries
    )
    return common / chosen.size
