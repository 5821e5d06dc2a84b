"""How many entries each k gives a mask, checked against the scope before any gradient."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from benchprof.errors import InputError
from benchprof.files import write_json
from benchprof.models.preparation import read_card


def entry_count(fraction: str, parameters: int) -> int:
    """n = floor(k |θ|), exact for the decimal `fraction`.

    Raises:
        InputError: the mask would be empty.
    """
    count = int(Decimal(fraction) * parameters)
    if count < 1:
        found = f"{fraction} of {parameters:,} parameters is less than one weight"
        raise InputError("fractions", found, "a mask of one weight or more", "Raise the fraction.")
    return count


def check_sizes(folder: Path, scope: str, fractions: Sequence[str], target: Path) -> None:
    """Write the size of the masks of each k.

    Raises:
        InputError: a mask would be empty or larger than the scope.
    """
    card = read_card(folder)
    counts = {fraction: entry_count(fraction, card.parameters) for fraction in fractions}
    for fraction, count in counts.items():
        if count > card.scope[scope]:
            raise InputError(
                f"fractions, {fraction}",
                f"{count:,} of {card.parameters:,} parameters",
                f"at most the {card.scope[scope]:,} weights of the scope {scope!r}",
                "Lower the fraction or widen `scope`.",
            )
    write_json(target, {"parameters": card.parameters, "scope": card.scope[scope], "n": counts})
