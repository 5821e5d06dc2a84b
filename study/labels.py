"""Whether the labels that others gave to benchmarks agree with the AIS, and one factor's share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from study.tables import Rules, Tables


@dataclass(frozen=True)
class Agreement:
    """Labels against a table of AIS.

    Attributes:
        pairs: how many labels there are on the benchmarks.
        rank: mean rank of a labelled ability in the AIS of its benchmark; 1 is the largest.
        expected: the mean of that over the permutations.
        p: share of the permutations of the abilities' names with a mean rank as low, one-sided;
            the order as it is counts as one of them.
    """

    pairs: int
    rank: float
    expected: float
    p: float


def agreement(table: pd.DataFrame, rules: Rules) -> Agreement:
    """Labels against a table (benchmarks x abilities); a permutation is the same on every row."""
    ranks = table.rank(axis=1, ascending=False).to_numpy()
    labelled = [(name, own) for name in table.index for own in rules.labels[name]]
    rows = [list(table.index).index(name) for name, _ in labelled]
    columns = [list(table.columns).index(own) for _, own in labelled]
    observed = ranks[rows, columns].mean()
    draw = np.random.default_rng(rules.seed)
    orders = draw.permuted(np.tile(np.arange(table.shape[1]), (rules.permutations, 1)), axis=1)
    permuted = ranks[rows, orders[:, columns]].mean(axis=1)
    # Sums of ranks are multiples of one half, so that ties are exact up to the division.
    as_low = (permuted <= observed + 1e-9).sum()
    p = (1 + as_low) / (1 + rules.permutations)
    return Agreement(len(labelled), float(observed), float(permuted.mean()), float(p))


def left_out(table: pd.DataFrame, rules: Rules, without_factor: bool) -> dict[str, Agreement]:
    """The agreement without each benchmark in turn; a factor is fitted anew each time.

    Nothing without a factor where one benchmark would be left, which is its own first factor.
    """
    if without_factor and len(table) < 3:
        return {}
    kept = {name: table.drop(index=name) for name in table.index}
    return {
        name: agreement(remainder(rest) if without_factor else rest, rules)
        for name, rest in kept.items()
    }


def remainder(table: pd.DataFrame) -> pd.DataFrame:
    """A table minus its best rank-one approximation (least squares)."""
    left, sizes, right = np.linalg.svd(table.to_numpy(), full_matrices=False)
    return table.sub(sizes[0] * np.outer(left[:, 0], right[0]))


@dataclass(frozen=True)
class OneFactor:
    """The best rank-one approximation of a table of AIS.

    Attributes:
        share: part of the sum of squares that the approximation explains.
        random_low: 2.5% quantile of that share over tables of random masks.
        random_high: 97.5% quantile.
    """

    share: float
    random_low: float
    random_high: float


def scaled(table: np.ndarray) -> np.ndarray:
    """A table (last two axes) whose rows all have the sum of squares 1; a row of zeros stays."""
    sizes = np.linalg.norm(table, axis=-1, keepdims=True)
    return np.asarray(table / np.where(sizes == 0, 1, sizes))


def one_factor(
    tables: Tables, rules: Rules, benchmarks: Sequence[str], rows_alike: bool = False
) -> OneFactor:
    """Approximate the AIS on `benchmarks`; random tables draw from these benchmarks' controls.

    Args:
        tables: of the run.
        rules: of the study.
        benchmarks: that count.
        rows_alike: whether each row is first scaled to the same sum of squares, in the table and in
            the random ones. Otherwise a benchmark with few right-or-wrong items, whose AIS move in
            large steps, would be most of the factor.
    """
    table = tables.matrix(benchmarks).to_numpy()
    controls = tables.controls[tables.controls.benchmark.isin(benchmarks)].ais.to_numpy()
    draw = np.random.default_rng(rules.seed)
    random = draw.choice(controls, (rules.random_tables, *table.shape))
    if rows_alike:
        table, random = scaled(table), scaled(random)
    low, high = np.quantile(_share(random), (0.025, 0.975))
    return OneFactor(float(_share(table)), float(low), float(high))


def _share(table: np.ndarray) -> np.ndarray:
    """Part of the sum of squares that the first factor of a table explains (last two axes)."""
    squares = np.linalg.svd(table, compute_uv=False) ** 2
    return np.asarray(squares[..., 0] / squares.sum(axis=-1))
