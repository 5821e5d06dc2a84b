"""How active units are, from the store: many jobs draw controls by the same levels."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import torch

from benchprof import codebase, digests
from benchprof.importance.example import Example
from benchprof.importance.levels import activation_levels, digest_of_all
from benchprof.models.card import check_content, read_card
from benchprof.models.device import kind_of
from benchprof.models.loading import load_model
from benchprof.models.prepared import PreparedModel
from benchprof.models.units import every_projection
from benchprof.origin import key_of
from benchprof.store import Kind, Store
from benchprof.tensors import TensorFile, write_tensors

LEVELS = Kind("levels", ".safetensors", key_of)


def stored_levels(
    prepared: PreparedModel, examples: Sequence[Example], folder: Path, store: Store
) -> dict[str, torch.Tensor]:
    """The levels of `activation_levels` of every kind of unit, computed where the store lacks them.

    On the processor, whatever the model's device is. The half precision of a model that is for a
    GPU may be slow there by hours, so that such a model is read in float32.

    Args:
        prepared: the model.
        examples: at least one.
        folder: of the results that the store notes to use its entry.
        store: the store.
    """
    dtype = "float32" if kind_of(prepared) == "cuda" else prepared.dtype
    origin = {
        "model": read_card(prepared.folder).digest,
        "dtype": dtype,
        "code": codebase.digest_of("importance.levels"),
        "examples": digest_of_all(examples),
    }
    key = digests.of_value(origin)
    if store.lacking(folder, LEVELS, [key]):
        check_content(prepared.folder)
        model = load_model(PreparedModel(prepared.folder, dtype))
        # Of every kind of unit: reading takes the time.
        levels = activation_levels(model, every_projection(model), examples)
        write = functools.partial(write_tensors, tensors=levels, origin=origin)
        store.add(LEVELS, key, write)
    file = TensorFile(store.path(LEVELS, key))
    return {name: file.tensor(name) for name in file.names}
