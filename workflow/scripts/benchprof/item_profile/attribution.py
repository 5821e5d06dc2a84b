"""Inner products of items' importance, without the vectors themselves in memory.

An item's vector is the square root of the absolute attribution of each neuron, at unit length: the
root keeps a few very strong neurons from deciding alone, and signs differ with the answer, not with
the ability. Attributions that the store lacks are computed first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from benchprof.errors import InputError
from benchprof.importance.attribution_scores import keep_attributions
from benchprof.importance.example import Example
from benchprof.item_profile.reader import at_unit_length
from benchprof.models.architecture import architecture_of
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.models.units import entry_counts
from benchprof.profile.resampling import Floats
from benchprof.store import Store
from benchprof.tensors import TensorFile

NEURONS = Scope("mlp", None, "neuron")
"""What is read of attributions, whatever unit and scope a run has."""
COLUMNS = 1 << 14
"""Neurons whose roots are in memory at once, in float64, for all items."""


def neurons_of(folder: Path) -> list[str]:
    """The names of the projections whose neurons count, of a prepared model.

    Raises:
        InputError: the model has no MLP of neurons, as where every MLP is of experts.
    """
    try:
        return list(entry_counts(architecture_of(folder), NEURONS))
    except InputError as error:
        remedy = "Read item profiles from hidden_states instead of importance."
        raise InputError(folder, f"{error}", "neurons in MLPs", remedy) from None


def attribution_products(
    model: PreparedModel, named: Sequence[tuple[str, Example]], folder: Path, store: Store
) -> Floats:
    """Inner products of the importance of items, of shape (items, items).

    Args:
        model: it is loaded only if the store lacks an item.
        named: examples, each with a name for messages.
        folder: of the results that the store notes to use its entries.
        store: of the attributions, which get what they lack.

    Raises:
        InputError: the model has no neurons in MLPs, or an attribution is not finite.
    """
    neurons = neurons_of(model.folder)
    wanted = {own[1].digest: own for own in named}
    entries = keep_attributions(model, wanted, folder, store)
    return inner_products([entries[example.digest] for _, example in named], neurons)


def inner_products(entries: Sequence[Path], names: Iterable[str]) -> Floats:
    """Inner products of the vectors of items, of shape (items, items); 1 on the diagonal.

    They are exact: attributions are kept as they are stored, in 16 bits, 0.9 GB for a thousand
    items of a model of 8 billion weights, so that no random projection is needed.

    Args:
        entries: the kept attributions of each item.
        names: of the projections whose neurons count.
    """
    kept = torch.stack([_attributions(entry, list(names)) for entry in entries])
    products = np.zeros((len(entries), len(entries)))
    for columns in kept.split(COLUMNS, dim=1):
        roots = columns.double().abs().sqrt().numpy()
        products += roots @ roots.T
    return at_unit_length(products)


def _attributions(entry: Path, names: Sequence[str]) -> torch.Tensor:
    file = TensorFile(entry)
    return torch.cat([file.tensor(name).flatten() for name in names])
