"""The run of a combination: one way from a unit and a score to masks and their ablation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchprof.errors import InputError
from benchprof.run.ablation import CALIBRATED, LISTED
from benchprof.run.layers import laid_over
from benchprof.run.run import Run

REPLACED = ("selections", "fractions", "ablation")
"""Sections that a combination replaces as a whole, not key by key."""


@dataclass(frozen=True)
class CombinationRun:
    """A combination as the run that it would be.

    Attributes:
        name: of your choice.
        run: the configuration that compares, with what this combination says in its place.
    """

    name: str
    run: Run

    @property
    def selection(self) -> str:
        """Its one selection."""
        return self.run.selections[0]

    @property
    def k(self) -> str:
        """Its one k."""
        return self.run.ks[0]


def combination_runs(run: Run) -> list[CombinationRun]:
    """The runs of the combinations that a run compares, in the order of the file.

    Raises:
        InputError: as `Run.of` raises it; or a combination has more than one selection or k, a
            calibrated one, lists its units, or ablates all but the mask.
    """
    comparison = run.configuration.comparison
    if comparison is None:
        return []
    common = {key: value for key, value in run.values.items() if key != "comparison"}
    found = []
    for name, own in comparison.combinations.items():
        where = f"{run.source}, comparison.combinations.{name}"
        values = _with(common, own.model_dump(exclude_unset=True))
        # Before what a run of lists asks of its other keys.
        if LISTED in (values["selections"] or ()):
            remedy = (
                "Give another selection in the combination; lists need their own configuration."
            )
            raise InputError(f"{where}, selections", LISTED, "a selection that ranks", remedy)
        combination = CombinationRun(name, Run.of(values, where, compared=True))
        for key in ("selections", "fractions"):
            said = combination.run.values[key]
            if len(said) != 1:
                found_there = ", ".join(map(str, said))
                remedy = f"Give exactly one under {key} in the combination; it replaces the file's."
                raise InputError(f"{where}, {key}", found_there, "one", remedy)
        if combination.k == CALIBRATED:
            raise InputError(f"{where}, fractions", CALIBRATED, "a number")
        if combination.run.configuration.ablation_of == "complement":
            remedy = "A comparison asks what is lost without the masks: remove `ablation_of`."
            raise InputError(f"{where}, ablation_of", "complement", "mask", remedy)
        found.append(combination)
    return found


def _with(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in common.items() if key not in REPLACED or key not in own}
    return laid_over(kept, own)
