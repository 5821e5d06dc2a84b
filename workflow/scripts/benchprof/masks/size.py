"""How many entries each mask fraction gives a mask, checked before any gradient."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from benchprof.errors import InputError
from benchprof.files import write_json
from benchprof.models.architecture import architecture_of
from benchprof.models.card import read_card
from benchprof.models.scope import WEIGHT, Scope
from benchprof.models.units import entry_counts, unit_count


def entry_count(mask_fraction: str, whole: int, unit: str = WEIGHT) -> int:
    """n = floor(mask_fraction · whole), exact for the decimal `mask_fraction`; `unit` is what is
    counted.

    Raises:
        InputError: the mask would be empty.
    """
    count = int(Decimal(mask_fraction) * whole)
    if count < 1:
        found = f"{mask_fraction} of {whole:,} is less than one {unit}"
        raise InputError(
            "mask_fractions", found, f"a mask of one {unit} or more", "Raise the mask fraction."
        )
    return count


def whole_size(folder: Path, unit: str) -> int:
    """What the mask fraction is a share of, of a whole prepared model: its parameters, or its units
    of a kind.

    Raises:
        InputError: as `unit_projections` raises it.
    """
    if unit == WEIGHT:
        return read_card(folder).parameters
    return unit_count(architecture_of(folder), unit)


def check_sizes(
    folder: Path,
    scope: Scope,
    mask_fractions: Sequence[str],
    target: Path,
) -> None:
    """Write the size of the masks of each mask fraction.

    Args:
        folder: the prepared model.
        scope: what masks are made of.
        mask_fractions: each mask fraction.
        target: the JSON file.

    Raises:
        InputError: a mask would be empty or larger than the scope, or there is no such layer.
    """
    unit, layers = scope.unit, scope.layers
    whole = whole_size(folder, unit)
    size = sum(entry_counts(architecture_of(folder), scope).values())
    counts = {
        mask_fraction: entry_count(mask_fraction, whole, unit) for mask_fraction in mask_fractions
    }
    within = f", layers {layers[0]} to {layers[1]}" if layers else ""
    for mask_fraction, count in counts.items():
        if count > size:
            raise InputError(
                f"mask_fractions, {mask_fraction}",
                f"{count:,} of {whole:,} {'parameters' if unit == WEIGHT else f'{unit}s'}",
                f"at most the {size:,} {unit}s of the scope {scope.name!r}{within}",
                "Lower the mask fraction or widen `scope`.",
            )
    parameters = read_card(folder).parameters
    write_json(target, {"parameters": parameters, "scope": size, "n": counts})
