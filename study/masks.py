"""Which masks are valid: they hit their own ability and little else."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from study.second_profile import SUFFIX
from study.tables import LEVEL, Tables


@dataclass(frozen=True)
class Validity:
    """What a mask does on the abilities' own tests.

    Attributes:
        ability: of the mask.
        dose: its AIS on its own test, with the interval; NaN where that has none.
        low: the interval's lower bound.
        high: its upper bound.
        q_random: of the own test's contrast with random masks.
        others: mean AIS on the other abilities' own tests.
        tests: how many of these have an AIS.
    """

    ability: str
    dose: float
    low: float
    high: float
    q_random: float
    others: float
    tests: int

    @property
    def possible(self) -> bool:
        """Whether the criteria hold that need no companions (flips, read-offs, blanks)."""
        return self.dose >= 0.5 and self.low > 0 and self.q_random < LEVEL and self.others <= 0.1


def validity(tables: Tables) -> list[Validity]:
    """The masks of all abilities that have an own test in the run."""
    own_tests = tables.cells[tables.cells.benchmark.str.endswith(SUFFIX)]
    found = []
    for ability, rows in own_tests.groupby("ability"):
        own = rows.benchmark == f"{ability}{SUFFIX}"
        if own.any():
            found.append(_validity(str(ability), rows[own].iloc[0], rows[~own].ais.dropna()))
    return found


def _validity(ability: str, own: pd.Series, others: pd.Series) -> Validity:
    bounds = (float(own.ais), float(own.ais_low), float(own.ais_high), float(own.q_random))
    return Validity(ability, *bounds, float(others.mean()), len(others))
