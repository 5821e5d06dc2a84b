"""Scores of units from attributions: what the store lacks of each example's, then their means.

One pass of an example gives the attributions of all neurons and heads, in 16 bits each. Another
score, kind of unit, range of layers, half or number of items comes from the same entries, without
the model.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from benchprof import codebase, digests
from benchprof.importance.alike import confirm_deterministic
from benchprof.importance.attributions import Attributions, unit_attributions
from benchprof.importance.example import Example
from benchprof.importance.faults import items_named, not_finite
from benchprof.importance.memory import memory_for
from benchprof.importance.scoring import Scoring
from benchprof.importance.unit_scores import UnitScorer, Wanted, score_units
from benchprof.models.architecture import architecture_of
from benchprof.models.card import check_content, read_card
from benchprof.models.device import make_deterministic
from benchprof.models.linear import speed_up_gradients
from benchprof.models.loading import load_model
from benchprof.models.prepared import PreparedModel
from benchprof.models.units import entry_counts, every_projection
from benchprof.origin import key_of
from benchprof.store import Kind, Store
from benchprof.tensors import TensorFile, write_tensors

logger = logging.getLogger(__name__)
ATTRIBUTIONS = Kind("attributions", ".safetensors", key_of)
STORED = torch.bfloat16
"""The range of float32, in half its room; a mean over items is kept in float32."""


def attribution_scores(scoring: Scoring, wanted: Wanted, folder: Path, store: Store) -> UnitScorer:
    """How units are scored by examples: as `score_units` does from their attributions.

    Args:
        scoring: how units are scored.
        wanted: every example that will be asked for.
        folder: of the results that the store notes to use its entries.
        store: of the attributions, which get what they lack.

    Raises:
        InputError: as `compute_importance` raises it.
    """
    entries = keep_attributions(scoring.model, wanted, folder, store)
    kept = entry_counts(architecture_of(scoring.model.folder), scoring.scope)

    def read(wanted_examples: Sequence[Example]) -> list[Attributions]:
        opened = [TensorFile(entries[own.digest]) for own in wanted_examples]
        return [{name: file.tensor(name) for name in kept} for file in opened]

    return lambda examples, control_items: score_units(
        read(examples), read(control_items), scoring.score
    )


def keep_attributions(
    model: PreparedModel, wanted: Wanted, folder: Path, store: Store
) -> dict[str, Path]:
    """The store's entry of each example's attributions, by the example's digest.

    Args:
        model: it is loaded only if the store lacks an example.
        wanted: the examples, whose loss is part of their digest.
        folder: of the results that the store notes to use its entries.
        store: of the attributions, which get what they lack.

    Raises:
        InputError: a loss or an attribution is not finite.
    """
    # Once: a copied model's files are all read for it.
    digest = read_card(model.folder).digest
    origins = {own: _origin(digest, model.dtype, own) for own in wanted}
    keys = {own: digests.of_value(origin) for own, origin in origins.items()}
    lacking = store.lacking(folder, ATTRIBUTIONS, keys.values())
    if lacking:
        waiting = {own: example for own, example in wanted.items() if keys[own] in lacking}
        _attribute(model, waiting, origins, keys, store)
    reused, computed = len(wanted) - len(lacking), len(lacking)
    logger.info("attributions of examples: %d reused, %d computed", reused, computed)
    return {own: store.path(ATTRIBUTIONS, key) for own, key in keys.items()}


def _origin(model: str, dtype: str, example: str) -> dict[str, Any]:
    """All that decides an example's attributions; which loss it is the example says."""
    return {
        "model": model,
        "dtype": dtype,
        "code": codebase.digest_of(
            "importance.attribution_scores", excluding=["importance.unit_scores"]
        ),
        "example": example,
    }


def _attribute(
    prepared: PreparedModel,
    waiting: Wanted,
    origins: Mapping[str, dict[str, Any]],
    keys: Mapping[str, str],
    store: Store,
) -> None:
    """Put the attributions of examples into the store."""
    check_content(prepared.folder)
    make_deterministic(prepared)
    model = load_model(prepared)
    confirm_deterministic(model)
    speed_up_gradients(model)
    names, examples = zip(*waiting.values(), strict=True)
    memory = memory_for(model, on_host=False)
    tokens = sum(example.tokens for example in examples)
    with (
        tqdm(total=tokens, unit="tok", mininterval=1, desc="attributions") as bar,
        items_named(str(prepared.folder), names),
    ):
        for index, found in unit_attributions(model, every_projection(model), examples, memory):
            if not all(bool(values.isfinite().all()) for values in found.values()):
                raise not_finite(f"{prepared.folder}, {names[index]}")
            own = examples[index].digest
            stored = {name: values.to(STORED) for name, values in found.items()}
            write = functools.partial(write_tensors, tensors=stored, origin=origins[own])
            store.add(ATTRIBUTIONS, keys[own], write)
            bar.update(examples[index].tokens)
