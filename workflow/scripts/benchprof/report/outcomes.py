"""What a matrix shows, as sentences made from its numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.report.matrix import Matrix
from benchprof.report.names import agreeing


@dataclass(frozen=True)
class OwnTests:
    """How the benchmarks that are an ability's own test came out.

    Attributes:
        largest: on so many of the defined ones the own ability's AIS exceeds all others' or, where
            all but the mask was ablated, lies below all others'.
        defined: so many have an AIS.
        undefined: so many have none.
        by_chance: the expectation of `largest` if the AIS of a test belonged to the abilities at
            random; where several share the extreme one, none has it alone.
        abilities: how many are compared.
        complement: whether all but the mask was ablated.
        one_mask: whether all abilities share a mask, as those of `core` do.
    """

    largest: int
    defined: int
    undefined: int
    by_chance: float
    abilities: int
    complement: bool
    one_mask: bool = False

    def sentence(self) -> str:
        """The same in words."""
        if not self.defined + self.undefined:
            return "No benchmark of this run is an ability's own test."
        if not self.defined:
            return "No benchmark that is an ability's own test has an AIS."
        if self.abilities == 1:
            return "There is only one ability, so its AIS is not compared with others'."
        if self.one_mask:
            return "All abilities have the same mask, so their AIS are not compared."
        extreme = "smallest" if self.complement else "largest"
        others = {0: "", 1: " The other one has no AIS."}
        left = others.get(self.undefined, f" The other {self.undefined} have no AIS.")
        if self.complement:
            left = f" (All but the mask is ablated here, so its own test should lose least.){left}"
        if self.defined == 1:
            verb = "is" if self.largest else "is not"
            return (
                f"Of the abilities' own tests, one has an AIS. There, that ability's AIS {verb} "
                f"the {extreme} (by chance, it would be with a probability of "
                f"{self.by_chance:.2g}).{left}"
            )
        return (
            f"Of the abilities' own tests, {self.defined} have an AIS. On {self.largest} of them, "
            f"the ability's own AIS is the {extreme} (by chance, this is expected on "
            f"{self.by_chance:.2g}).{left}"
        )


def own_tests(matrix: Matrix) -> OwnTests:
    """Whether losing an ability hurts its own test most, or keeping it alone the least."""
    grid = matrix.grid("ais") * (-1 if matrix.complement else 1)
    largest = defined = alone = 0
    for ability, benchmark in matrix.own.items():
        row = grid.loc[benchmark].astype(float)
        if row.notna().all():
            defined += 1
            others = row.drop(ability)
            largest += bool((row[ability] > others).all())
            alone += int(np.count_nonzero(row == row.max()) == 1)
    undefined = len(matrix.own) - defined
    by_chance = alone / len(matrix.abilities)
    return OwnTests(
        largest, defined, undefined, by_chance, len(matrix.abilities), matrix.complement,
        matrix.one_mask,
    )  # fmt: skip


def against_random(matrix: Matrix) -> str:
    """How many cells differ from their random controls; a mask that abilities share counts once."""
    cells = matrix.cells.drop_duplicates(["benchmark", "mask_digest"])
    defined = int(cells["q_random"].notna().sum())
    if not defined:
        return "No cell is compared with a random mask."
    differing = cells[cells["q_random"] < SIGNIFICANCE]
    more = int((differing["over_random"] > 0).sum())
    differ = agreeing(len(differing), "differs", "differ")
    return (
        f"{len(differing)} of {defined} cells {differ} from random masks of the same size "
        f"(q < {SIGNIFICANCE}): {more} with a larger loss (or smaller gain), "
        f"{len(differing) - more} with a smaller loss (or larger gain)."
    )
