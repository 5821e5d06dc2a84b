"""What masks take off scores above guessing, by ability or by benchmark, and whether by chance."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.report.matrix import Matrix


def drops(rows: pd.DataFrame) -> pd.Series:
    """The share of its score above guessing that a model loses, whatever AIS is configured as."""
    share = (rows["intact"] - rows["ablated"]) / (rows["intact"] - rows["guessing"])
    return share.where(rows["ais"].notna()).astype(float)


def own_drops(matrix: Matrix) -> pd.Series:
    """(abilities,): what each ability's mask takes off its own test; NaN where that is unknown."""
    return drops(matrix.own_cells)


def side_drops(matrix: Matrix) -> pd.Series:
    """(abilities,): what each ability's mask takes off the other abilities' own tests, on average.

    NaN where there is no other test.
    """
    cells = matrix.cells.assign(drop=drops(matrix.cells))
    tests = cells["benchmark"].isin(list(matrix.own.values()))
    others = cells[tests & (cells["benchmark"] != cells["ability"].map(dict(matrix.own)))]
    return others.groupby("ability")["drop"].mean().reindex(list(matrix.abilities))


def own_by_chance(matrix: Matrix) -> pd.Series:
    """(abilities,): whether what a mask costs its own test may be chance.

    It may if the interval contains 0, or if random masks may cost as much. False without a dose.
    """
    low, difference, q = (
        matrix.own_cells[name].astype(float) for name in ("ais_low", "over_random", "q_random")
    )
    return (low <= 0) | (difference <= 0) | (q >= SIGNIFICANCE)


def control_drops(matrix: Matrix) -> pd.Series:
    """(cells,): what the random controls that match each cell's mask take off, on average.

    By (benchmark, ability), in the order of the cells.
    """
    shares = replace(matrix, controls=matrix.controls.assign(ais=drops(matrix.controls)))
    return shares.with_controls().set_index(["benchmark", "ability"])["random_mean"]
