"""A second profile of a benchmark: how its score correlates with the score on each own test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from study.tables import SUFFIX, Tables


@dataclass(frozen=True)
class SecondProfile:
    """Two profiles of one benchmark.

    Attributes:
        benchmark: its name.
        correlations: by ability, over states, of its score and the one on the ability's own test.
        spearman: of these correlations and what the masks cost the benchmark; NaN where they cost
            it the same.
    """

    benchmark: str
    correlations: pd.Series
    spearman: float


def scores(tables: Tables) -> pd.DataFrame:
    """The scores under all masks: a row per state (mask or control), a column per benchmark."""
    rows = pd.concat([tables.cells, tables.controls])
    state = rows.ability + rows.seed.map(lambda seed: "" if pd.isna(seed) else f" {seed:.0f}")
    return rows.assign(state=state).pivot(index="state", columns="benchmark", values="ablated")


def second_profiles(
    tables: Tables, benchmarks: Sequence[str], without_mean: bool
) -> list[SecondProfile]:
    """The second profile of each benchmark.

    Args:
        tables: a run with all abilities' own tests.
        benchmarks: that count.
        without_mean: whether what the mean of all own tests explains (least squares over states)
            is first removed from all scores, and so from both profiles.
    """
    table = scores(tables)
    abilities = sorted(tables.cells.ability.unique())
    own = table[[tables.own_tests[ability] for ability in abilities]]
    asked = table[list(benchmarks)]
    if without_mean:
        mean = own.mean(axis=1)
        own, asked = removed(own, mean), removed(asked, mean)
    found = []
    for name in benchmarks:
        correlations = own.corrwith(asked[name]).rename(lambda test: test.removesuffix(SUFFIX))
        # This orders the masks as their AIS do: all share one base and one intact score.
        cost = -asked[name].loc[abilities]
        # What is left of equal scores, once a mean is removed, is the mean alone.
        flat = table[name].loc[abilities].nunique() == 1
        spearman = float("nan") if flat else correlations.corr(cost, method="spearman")
        found.append(SecondProfile(name, correlations, float(spearman)))
    return found


def removed(table: pd.DataFrame, factor: pd.Series) -> pd.DataFrame:
    """Residuals of each column after a regression on the factor."""
    centred, f = table - table.mean(), factor - factor.mean()
    slopes = f.to_numpy() @ centred.to_numpy() / float((f**2).sum())
    return centred.sub(np.outer(f, slopes))
