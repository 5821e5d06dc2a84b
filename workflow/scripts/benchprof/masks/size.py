"""How many entries each k gives a mask, checked against the scope before any gradient."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from benchprof.errors import InputError
from benchprof.files import write_json
from benchprof.models.preparation import read_card, scope_size


def entry_count(fraction: str, whole: int) -> int:
    """n = floor(k · whole), exact for the decimal `fraction`.

    Raises:
        InputError: the mask would be empty.
    """
    count = int(Decimal(fraction) * whole)
    if count < 1:
        found = f"{fraction} of {whole:,} is less than one weight"
        raise InputError("fractions", found, "a mask of one weight or more", "Raise the fraction.")
    return count


def check_sizes(
    folder: Path,
    scope: str,
    layers: Sequence[int] | None,
    fractions: Sequence[str],
    fraction_of: str,
    target: Path,
) -> None:
    """Write the size of the masks of each k.

    Args:
        folder: the prepared model.
        scope: one of `models.anatomy.SCOPES`.
        layers: the first and the last decoder layer in scope; all if None.
        fractions: each k.
        fraction_of: what k is a share of: model (all parameters) or scope.
        target: the JSON file.

    Raises:
        InputError: a mask would be empty or larger than the scope, or there is no such layer.
    """
    parameters = read_card(folder).parameters
    size = scope_size(folder, scope, layers)
    whole = parameters if fraction_of == "model" else size
    counts = {fraction: entry_count(fraction, whole) for fraction in fractions}
    within = f", layers {layers[0]} to {layers[1]}" if layers else ""
    for fraction, count in counts.items():
        if count > size:
            raise InputError(
                f"fractions, {fraction}",
                f"{count:,} of {parameters:,} parameters",
                f"at most the {size:,} weights of the scope {scope!r}{within}",
                "Lower the fraction or widen `scope`.",
            )
    write_json(target, {"parameters": parameters, "scope": size, "n": counts})
