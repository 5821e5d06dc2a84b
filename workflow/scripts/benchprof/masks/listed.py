"""Masks of units that a configuration lists, such as published components: nothing is ranked."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchprof.ablation import LISTED, Ablation
from benchprof.errors import InputError
from benchprof.files import write_json
from benchprof.masks.origin import listed_origin
from benchprof.models.anatomy import anatomy_of
from benchprof.models.architecture import architecture_of
from benchprof.models.card import read_card
from benchprof.models.mask import Entries, Mask, index_dtype, write_mask
from benchprof.models.scope import Scope
from benchprof.models.units import Projection, entry_counts, unit_projections

Lists = Mapping[str, Mapping[int, Sequence[int]]]
"""Numbers of units, from 0, by ability and decoder layer."""
logger = logging.getLogger(__name__)


def list_masks(
    folder: Path,
    scope: Scope,
    lists: Lists,
    settings: Mapping[str, Any],
    targets: Mapping[Ablation, Path],
) -> None:
    """Write the mask of each ability: the units that are listed for it.

    Args:
        folder: the prepared model, of which no weight is read.
        scope: where the units may lie.
        lists: each ability's units.
        settings: the lists; the masks' metadata hold them.
        targets: where each mask goes.

    Raises:
        InputError: as `listed_entries` raises it.
    """
    entries, unit = listed_entries(architecture_of(folder), scope, lists), scope.unit
    for ablation, target in targets.items():
        mask = Mask(entries[ablation.ability], listed_origin(ablation, unit, settings))
        write_mask(target, mask)
        logger.info("%s: %d %ss", ablation.ability, mask.size, unit)


def check_lists(folder: Path, scope: Scope, lists: Lists, target: Path) -> None:
    """Write the size of the masks, as `size.check_sizes` does; all lists are equally long.

    Raises:
        InputError: as `listed_entries` raises it.
    """
    model = architecture_of(folder)
    (size,) = {
        sum(map(len, entries.values())) for entries in listed_entries(model, scope, lists).values()
    }
    parameters, within = read_card(folder).parameters, sum(entry_counts(model, scope).values())
    write_json(target, {"parameters": parameters, "scope": within, "n": {LISTED: size}})


def listed_entries(model: nn.Module, scope: Scope, lists: Lists) -> dict[str, Entries]:
    """The listed units of each ability, by the projection that reads them.

    Args:
        model: a causal language model, also without its weights.
        scope: where the units may lie.
        lists: each ability's units.

    Raises:
        InputError: the model has no such unit or layer in scope, or several projections in a layer
            read units of this kind, so that a number does not say which is meant.
    """
    unit = scope.unit
    first, last = scope.layers or (0, anatomy_of(model).count - 1)
    entries: dict[str, Entries] = {}
    for ability, by_layer in lists.items():
        for layer, units in sorted(by_layer.items()):
            where = f"selections.listed.{ability}.{layer}"
            if not first <= layer <= last:
                raise InputError(where, f"layer {layer}", f"a layer from {first} to {last}")
            name, projection = _projection(model, unit, layer, where)
            if max(units) >= projection.units:
                expected = f"a {unit} from 0 to {projection.units - 1}"
                raise InputError(where, f"{unit} {max(units)}", expected)
            numbers = torch.tensor(sorted(units), dtype=index_dtype(projection.units))
            entries.setdefault(ability, {})[name] = numbers
    return entries


def _projection(model: nn.Module, unit: str, layer: int, where: str) -> tuple[str, Projection]:
    """The only projection of a layer that reads units of a kind, with its name."""
    projections = unit_projections(model, unit, [layer, layer])
    if len(projections) > 1:
        found = f"{len(projections)} projections that read {unit}s: {', '.join(projections)}"
        raise InputError(where, found, "a layer with one")
    return next(iter(projections.items()))
