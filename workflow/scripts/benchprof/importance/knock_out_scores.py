"""Scores of units from knock-outs: what the store lacks of each group's losses, then a regression.

A group's losses are kept by example. Scores with another limit, half or number of groups come from
the same entries, without loading the model if none is missing.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from benchprof import codebase, digests
from benchprof.importance.example import Example
from benchprof.importance.faults import items_named
from benchprof.importance.groups import draw_groups, entries_of
from benchprof.importance.knock_outs import INTACT, Reading, losses_without
from benchprof.importance.lasso import Design
from benchprof.importance.scoring import Scoring
from benchprof.importance.unit_scores import UnitScorer, Wanted
from benchprof.models.architecture import architecture_of
from benchprof.models.card import check_content, read_card
from benchprof.models.linear import speed_up_scoring
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.mask import Mask
from benchprof.models.units import entry_counts, scored_weights
from benchprof.origin import key_of
from benchprof.scoring.scorer import TreeScorer
from benchprof.store import Kind, Store
from benchprof.tensors import TensorFile, write_tensors

logger = logging.getLogger(__name__)
KNOCK_OUTS = Kind("knock_outs", ".safetensors", key_of)


def knock_out_scores(scoring: Scoring, wanted: Wanted, folder: Path, store: Store) -> UnitScorer:
    """How units are scored by examples: the coefficients of a regression on groups.

    The effect of a group is the mean over x of L_g(x) - L(x) in nats, where L_g is the loss with
    the group's units at zero. With control items, the same mean over the control items is
    subtracted before the regression. The groups are the same for all abilities (after Bair et al.,
    arXiv:2603.03335, who knock out heads and look at accuracies).

    Args:
        scoring: how units are scored; it has groups.
        wanted: every example that will be asked for.
        folder: of the results that the store notes to use its entries.
        store: of the losses, which get what they lack.

    Raises:
        InputError: as `compute_importance` raises it.
    """
    assert scoring.groups is not None
    counts = entry_counts(architecture_of(scoring.model.folder), scoring.scope)
    unit = scoring.scope.unit
    sizes = dict(sorted(counts.items()))
    members = draw_groups(sum(sizes.values()), scoring.groups)
    groups = [Mask(entries_of(group, sizes), {"unit": unit}) for group in members]
    order = {digest: place for place, digest in enumerate(sorted(wanted))}
    losses = _losses(scoring, [INTACT, *groups], wanted, list(order), folder, store)
    rises, design = losses[1:] - losses[0], Design.of(members)
    logger.info(
        "%d %ss in %d groups of %d; %d share all their groups with another",
        members.shape[1], unit, len(groups), groups[0].size, design.alike,
    )  # fmt: skip

    def effects_on(examples: Sequence[Example]) -> NDArray[np.float64]:
        mean: NDArray[np.float64] = rises[:, [order[own.digest] for own in examples]].mean(axis=1)
        return mean

    def score(
        examples: Sequence[Example], control_items: Sequence[Example]
    ) -> dict[str, torch.Tensor]:
        effects = effects_on(examples)
        if control_items:
            effects = effects - effects_on(control_items)
        coefficients = torch.from_numpy(design.coefficients(effects)).float()
        parts = coefficients.split(list(sizes.values()))
        return {name: part.clone() for name, part in zip(sizes, parts, strict=True)}

    return score


def _losses(
    scoring: Scoring,
    groups: Sequence[Mask],
    wanted: Wanted,
    order: Sequence[str],
    folder: Path,
    store: Store,
) -> NDArray[np.float64]:
    """Of shape (groups, examples), the examples in the order of these digests."""
    model = read_card(scoring.model.folder).digest
    origins = [_origin(model, scoring.model.dtype, group) for group in groups]
    keys = [digests.of_value(origin) for origin in origins]
    store.use(folder, KNOCK_OUTS, dict.fromkeys(keys))
    # By key: a model of few units has the same group several times.
    losses = {key: _kept(store, key) for key in keys}
    lacking = {k: own for k, kept in losses.items() if (own := [d for d in order if d not in kept])}
    if lacking:
        store.check_writable(KNOCK_OUTS, lacking)
        of_key = {k: (group, o) for k, group, o in zip(keys, groups, origins, strict=True)}
        losses |= _knock_out(scoring, of_key, losses, lacking, wanted, store)
    reused = len(losses) - len(lacking)
    logger.info("losses without groups of units: %d reused, %d computed", reused, len(lacking))
    return np.array([[losses[key][digest] for digest in order] for key in keys])


def _origin(model: str, dtype: str, group: Mask) -> dict[str, Any]:
    """All that decides a group's losses; which unit it is of, and of which layers, its digest says.

    The intact model is the same for every kind of unit.
    """
    return {
        "model": model,
        "dtype": dtype,
        "code": codebase.digest_of(
            "importance.knock_out_scores", excluding=["importance.lasso", "importance.unit_scores"]
        ),
        "group": group.digest,
        "units": group.size,
    }


def _kept(store: Store, key: str) -> dict[str, float]:
    """The losses that the store has of a group, by the examples' digests."""
    if not store.has(KNOCK_OUTS, key):
        return {}
    file = TensorFile(store.path(KNOCK_OUTS, key))
    return {name: float(file.tensor(name)) for name in file.names}


def _knock_out(
    scoring: Scoring,
    groups: Mapping[str, tuple[Mask, dict[str, Any]]],
    kept: Mapping[str, Mapping[str, float]],
    lacking: Mapping[str, Sequence[str]],
    wanted: Wanted,
    store: Store,
) -> dict[str, dict[str, float]]:
    """Compute the losses that groups lack and put them into the store.

    `groups`, `kept` and `lacking` are by the store's keys, `wanted` by the examples' digests.
    Returns all losses of these groups, those that were `kept` before included. They are not read
    back from the store, where a job with other examples may have replaced them meanwhile.
    """
    check_content(scoring.model.folder)
    model = load_model(scoring.model)
    speed_up_scoring(model)
    weights = scored_weights(model, scoring.scope)
    every_example = [example for _, example in wanted.values()]
    scorer = TreeScorer(
        model,
        load_tokenizer(scoring.model.folder),
        max_length=max(example.longest for example in every_example),
    )
    # Nearly always the same examples of every group.
    reading_of = functools.lru_cache(maxsize=1)(
        lambda own: Reading(scorer, [wanted[digest][1] for digest in own])
    )
    computed_losses = {}
    for key, own in tqdm(lacking.items(), unit="group", mininterval=1, desc="knock-outs"):
        group, origin = groups[key]
        where = f"{scoring.model.folder} with {group.size} {scoring.scope.unit}s at zero"
        with items_named(where, [wanted[digest][0] for digest in own]):
            losses = losses_without(weights, group, reading_of(tuple(own)))
        # Read again: another job may have added others meanwhile.
        computed = dict(zip(own, losses.tolist(), strict=True))
        every = {**kept[key], **_kept(store, key), **computed}
        tensors = {digest: torch.tensor(loss) for digest, loss in every.items()}
        write = functools.partial(write_tensors, tensors=tensors, origin=origin)
        store.add(KNOCK_OUTS, key, write)
        computed_losses[key] = {digest: float(loss) for digest, loss in tensors.items()}
    return computed_losses
