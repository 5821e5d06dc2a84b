"""Importance of units: what the store lacks of each example's attributions, then their scores.

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
from benchprof.errors import InputError
from benchprof.importance.attributions import Attributions, unit_attributions
from benchprof.importance.example import Example, Examples
from benchprof.importance.faults import check_lengths, context_of, not_finite
from benchprof.importance.loss import NonFiniteLossError
from benchprof.importance.memory import memory_for
from benchprof.importance.patches import patch_attributions
from benchprof.importance.scoring import Scoring
from benchprof.importance.unit_scores import score_replicated, score_units
from benchprof.models.linear import speed_up_gradients
from benchprof.models.loading import load_model
from benchprof.models.preparation import architecture_of, check_content, read_card
from benchprof.models.units import every_projection, unit_projections
from benchprof.store import Store
from benchprof.tensors import TensorFile, write_tensors

logger = logging.getLogger(__name__)
KIND, SUFFIX = "attributions", ".safetensors"
STORED = torch.bfloat16
"""The range of float32, in half its room; a mean over items is kept in float32."""
ATTRIBUTED = {"zero": unit_attributions, "flip": patch_attributions}
STAGES = {"zero": "attributions", "flip": "patches"}
"""What makes attributions toward zero and toward a flip, and the stage of its code."""


def score_from_attributions(
    scoring: Scoring,
    examples: Mapping[str, Examples],
    files: Mapping[str, Path],
    folder: Path,
    store: Store,
) -> dict[str, dict[str, torch.Tensor]]:
    """The importance of units by ability, float32, by the names of projections.

    Args:
        scoring: how units are scored.
        examples: of each ability.
        files: each ability's file of items, for messages.
        folder: of the results that the store notes to use its entries.
        store: of the attributions, which get what they lack.

    Raises:
        InputError: as `compute_importance` raises it.
    """
    wanted = {e.digest: e for own in examples.values() for _, e in own.named}
    # Once: a copied model's files are all read for it.
    model = read_card(scoring.folder).digest
    origins = {own: _origin(model, scoring, own) for own in wanted}
    keys = {own: digests.of_value(origin) for own, origin in origins.items()}
    store.use(folder, KIND, keys.values(), SUFFIX)
    lacking = {own for own in wanted if not store.has(KIND, keys[own], SUFFIX, _key_of)}
    if lacking:
        store.check_writable(KIND, [keys[own] for own in sorted(lacking)])
        waiting = {
            f"{name}, item {item}": example
            for name, own in examples.items()
            for item, example in own.named
            if example.digest in lacking
        }
        for name, own in examples.items():
            check_lengths(context_of(scoring.folder), files[name], own.named)
        _attribute(scoring, waiting, origins, keys, store)
    reused, computed = len(wanted) - len(lacking), len(lacking)
    logger.info("attributions of examples: %d reused, %d computed", reused, computed)
    kept = unit_projections(architecture_of(scoring.folder), scoring.unit, scoring.layers)

    def read(asked: Sequence[Example]) -> list[Attributions]:
        opened = [TensorFile(store.path(KIND, keys[own.digest], SUFFIX)) for own in asked]
        return [{name: file.tensor(name) for name in kept} for file in opened]

    for name, own in examples.items():
        if scoring.replicated and len(own.items) < 2:
            found, expected = "one item", "two items or more, of which halves can be made"
            raise InputError(f"{files[name]}, with `importance.replicated`", found, expected)
    score = score_replicated if scoring.replicated else score_units
    shuffled = {name: _shuffled(own) for name, own in examples.items()}
    return {
        name: score(read(own), read(companions), scoring.score)
        for name, (own, companions) in shuffled.items()
    }


def _shuffled(own: Examples) -> tuple[list[Example], list[Example]]:
    """Examples and companions by the digests of the examples.

    Halves are every other one. In the order of a file, whose items may take turns in their form,
    these would be of different forms.
    """
    order = sorted(range(len(own.examples)), key=lambda index: own.examples[index].digest)
    companions = [own.companions[index] for index in order] if own.companions else []
    return [own.examples[index] for index in order], companions


def _origin(model: str, scoring: Scoring, example: str) -> dict[str, Any]:
    """All that decides an example's attributions; which loss it is the example says."""
    return {
        "model": model,
        "dtype": scoring.dtype,
        "code": codebase.digest_of(STAGES[scoring.toward]),
        "example": example,
    } | ({} if scoring.toward == "zero" else {"toward": scoring.toward})


def _attribute(
    scoring: Scoring,
    waiting: Mapping[str, Example],
    origins: Mapping[str, dict[str, Any]],
    keys: Mapping[str, str],
    store: Store,
) -> None:
    """Put the attributions of examples, by their names for messages, into the store."""
    check_content(scoring.folder)
    model = load_model(scoring.folder, scoring.dtype, scoring.device, scoring.gpus)
    speed_up_gradients(model)
    # Equal examples, which halves or abilities may share, are read once.
    once = {example.digest: (name, example) for name, example in waiting.items()}
    names, examples = zip(*once.values(), strict=True)
    memory = memory_for(model, on_host=False)
    tokens = sum(example.tokens for example in examples)
    with tqdm(total=tokens, unit="tok", mininterval=1, desc="attributions") as bar:
        try:
            attributed = ATTRIBUTED[scoring.toward]
            for index, found in attributed(model, every_projection(model), examples, memory):
                if not all(bool(values.isfinite().all()) for values in found.values()):
                    raise not_finite(f"{scoring.folder}, {names[index]}")
                own = examples[index].digest
                stored = {name: values.to(STORED) for name, values in found.items()}
                write = functools.partial(write_tensors, tensors=stored, origin=origins[own])
                store.add(KIND, keys[own], SUFFIX, write)
                bar.update(examples[index].tokens)
        except NonFiniteLossError as error:
            found_in = f"{error} ({names[error.example]})"
            raise InputError(scoring.folder, found_in, "a finite loss") from error


def _key_of(entry: Path) -> str:
    """The key of what an entry holds, which is compared with its digest."""
    return digests.of_value(TensorFile(entry).origin)
