"""Which masks are valid: they hit their own ability and little else."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from study.tables import LEVEL, SUFFIX, Tables


@dataclass(frozen=True)
class Validity:
    """What a mask does on the abilities' own tests; NaN where its own test has no AIS.

    Attributes:
        ability: of the mask.
        dose: its AIS on its own test.
        low: the lower bound of the dose.
        high: its upper bound.
        over_random: the dose minus the mean AIS of random masks.
        q_random: of that difference.
        others: mean AIS on the other abilities' own tests.
        tests: how many of these have an AIS.
    """

    ability: str
    dose: float
    low: float
    high: float
    over_random: float
    q_random: float
    others: float
    tests: int

    @property
    def possible(self) -> bool:
        """Whether the criteria hold that need no companions (flips, read-offs, blanks)."""
        hits = self.dose >= 0.5 and self.low > 0
        above = self.over_random > 0 and self.q_random < LEVEL
        return hits and above and self.others <= 0.1


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
    return Validity(
        ability=ability,
        dose=own.ais,
        low=own.ais_low,
        high=own.ais_high,
        over_random=own.over_random,
        q_random=own.q_random,
        others=float(others.mean()),
        tests=len(others),
    )
