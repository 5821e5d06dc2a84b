"""How many entries each k gives a mask, checked against the scope before any gradient."""

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


def entry_count(fraction: str, whole: int, unit: str = WEIGHT) -> int:
    """n = floor(k · whole), exact for the decimal `fraction`; `unit` is what is counted.

    Raises:
        InputError: the mask would be empty.
    """
    count = int(Decimal(fraction) * whole)
    if count < 1:
        found = f"{fraction} of {whole:,} is less than one {unit}"
        raise InputError("fractions", found, f"a mask of one {unit} or more", "Raise the fraction.")
    return count


def whole_size(folder: Path, unit: str) -> int:
    """What k is a share of, of a whole prepared model: its parameters, or its units of a kind.

    Raises:
        InputError: as `unit_projections` raises it.
    """
    if unit == WEIGHT:
        return read_card(folder).parameters
    return unit_count(architecture_of(folder), unit)


def check_sizes(
    folder: Path,
    scope: Scope,
    fractions: Sequence[str],
    target: Path,
) -> None:
    """Write the size of the masks of each k.

    Args:
        folder: the prepared model.
        scope: what masks are made of.
        fractions: each k.
        target: the JSON file.

    Raises:
        InputError: a mask would be empty or larger than the scope, or there is no such layer.
    """
    unit, layers = scope.unit, scope.layers
    every = whole_size(folder, unit)
    size = sum(entry_counts(architecture_of(folder), scope).values())
    counts = {fraction: entry_count(fraction, every, unit) for fraction in fractions}
    within = f", layers {layers[0]} to {layers[1]}" if layers else ""
    for fraction, count in counts.items():
        if count > size:
            raise InputError(
                f"fractions, {fraction}",
                f"{count:,} of {every:,} {'parameters' if unit == WEIGHT else f'{unit}s'}",
                f"at most the {size:,} {unit}s of the scope {scope.name!r}{within}",
                "Lower the fraction or widen `scope`.",
            )
    parameters = read_card(folder).parameters
    write_json(target, {"parameters": parameters, "scope": size, "n": counts})
