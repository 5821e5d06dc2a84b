"""Which masks are valid: they hit their own ability and little else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from benchprof.abilities.item import FROM_READING
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
        explained_by: what else explains its effect on its own items, as a table of effects has it:
            empty where nothing does, None where no table was given.
    """

    ability: str
    dose: float
    low: float
    high: float
    over_random: float
    q_random: float
    others: float
    tests: int
    explained_by: str | None = None

    @property
    def possible(self) -> bool:
        """Whether the criteria hold that need no companions (flips, read-offs, blanks)."""
        hits = self.dose >= 0.5 and self.low > 0
        above = self.over_random > 0 and self.q_random < LEVEL
        return hits and above and self.others <= 0.1

    @property
    def verdict(self) -> str:
        """Valid, not valid, or what is open."""
        if not self.possible:
            return "not valid"
        if self.explained_by is None:
            return "could be valid"
        return f"not valid: {self.explained_by}" if self.explained_by else "valid"

    @property
    def ruled_out(self) -> bool:
        """Whether the mask is known not to be valid."""
        return not self.possible or bool(self.explained_by)


def read_effects(path: Path) -> dict[str, str]:
    """What explains each mask's effect, by ability: a run's `effects_{selection}_{k}.csv`.

    Abilities whose read-offs and blanks were not both asked are left out: either could have
    explained the effect.

    Raises:
        ValueError: the file is another table.
    """
    rows = pd.read_csv(path, keep_default_na=False)
    if lacking := {"ability", "explained_by", *FROM_READING} - set(rows.columns):
        raise ValueError(f"{path}: no column {min(lacking)!r}; expected a table of effects")
    asked = (rows[[*FROM_READING]] != "").all(axis=1)
    return dict(zip(rows["ability"][asked], rows["explained_by"][asked], strict=True))


def validity(tables: Tables, effects: Mapping[str, str] | None = None) -> list[Validity]:
    """The masks of all abilities that have an own test in the run.

    Args:
        tables: of the run.
        effects: of `read_effects`, of the same masks.
    """
    explained = effects or {}
    own_tests = tables.cells[tables.cells.benchmark.str.endswith(SUFFIX)]
    found = []
    for ability, rows in own_tests.groupby("ability"):
        own = rows.benchmark == tables.own_tests[str(ability)]
        if own.any():
            mask = _validity(str(ability), rows[own].iloc[0], rows[~own].ais.dropna())
            found.append(replace(mask, explained_by=explained.get(mask.ability)))
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
