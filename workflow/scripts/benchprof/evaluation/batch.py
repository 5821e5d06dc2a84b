"""The batches in which answers are written: all of a benchmark's in batches of one size."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import torch
from transformers import AutoConfig

from benchprof.evaluation.fields import Batch, Origin
from benchprof.evaluation.record import EVALUATIONS, key_of
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.card import read_card
from benchprof.models.device import kind_of
from benchprof.scoring.budget import generation_tokens
from benchprof.scoring.dimensions import Dimensions
from benchprof.store import Store

DEVICES = ("cpu", "cuda", "mps")


def shared_batch(model: ModelSettings, origins: Collection[Origin], store: Store) -> Batch:
    """The batch in which a model writes all of these answers, that of some of them if there are.

    It is one in which the store has all of them, whatever device wrote them. Otherwise it is the
    smallest of this kind of device in which the store has one, which is how a job knows that memory
    ran out in a larger one. Otherwise it is the largest.

    Args:
        model: the prepared model.
        origins: all that decides the answers, but the batch.
        store: the store.
    """
    this_kind = kind_of(model)
    chosen = next(_batches(model, this_kind))
    for device in (this_kind, *(kind for kind in DEVICES if kind != this_kind)):
        for batch in _batches(model, device):
            there = [store.has(EVALUATIONS, key_of({**one, "batch": batch})) for one in origins]
            if all(there):
                return batch
            if device == this_kind and any(there):
                chosen = batch
    return chosen


def _batches(model: ModelSettings, device: str) -> Iterator[Batch]:
    """The batches in which a kind of device may write: the largest, then always half of that."""
    folder, itemsize = model.folder, getattr(torch, model.dtype).itemsize
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    dimensions = Dimensions.of(config.get_text_config(), itemsize)
    tokens = generation_tokens(device, dimensions, read_card(folder).parameters * itemsize)
    while tokens:
        yield {"device": device, "tokens": tokens}
        tokens //= 2
