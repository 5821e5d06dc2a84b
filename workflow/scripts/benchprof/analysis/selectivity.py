"""The selectivity matrix: the answer loss on each ability's test split when each is ablated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchprof.profile.criteria import is_selective
from benchprof.profile.resampling import Floats

COLUMNS = ["test", "twins", "ability", "seed", "n", "intact", "ablated", "rise", "rise_se"]

MaskOwner = tuple[str, int | None]
"""Whose mask, and the seed of a random control; None for the ability's own."""


def answer_losses(record: Mapping[str, Any]) -> Floats:
    """Loss of each item's right answer in nats, summed over its tokens, (n,).

    The log-likelihoods that a record holds, of the likeliest where several answers are right;
    infinite where the model gives it no probability at all.
    """
    items = record["items"]
    return np.array(
        [
            min(_loss(responses[number]) for number in gold)
            for gold, responses in zip(items["gold"], items["responses"], strict=True)
        ]
    )


def selectivity_table(
    intact: Mapping[str, Floats],
    ablated: Mapping[str, Mapping[MaskOwner, Floats]],
    twins: bool = False,
) -> pd.DataFrame:
    """A row per test split and ablation.

    Args:
        intact: answer losses of the intact model by ability whose test split it is, (n,) each.
        ablated: of the ablated models, by the same and by ablation.
        twins: whether the items' corrupted twins were asked in their stead.

    Returns:
        Mean losses `intact` and `ablated` in nats, the `rise` from one to the other and its
        standard error over items, which stand in pairs.
    """
    rows = []
    for test, base in intact.items():
        for (ability, seed), losses in ablated[test].items():
            n = len(base)
            rises = losses - base
            # An infinite loss has no spread.
            known = n > 1 and bool(np.isfinite(rises).all())
            error = float(rises.std(ddof=1)) / math.sqrt(n) if known else math.nan
            rows.append(
                (test, twins, ability, seed, n, base.mean(), losses.mean(), rises.mean(), error)
            )
    return pd.DataFrame(rows, columns=COLUMNS).astype({"twins": bool, "seed": "Int64"})


def rises(table: pd.DataFrame) -> pd.DataFrame:
    """Rises in nats under the abilities' own masks: ablated ability (rows) by test (columns)."""
    own = table[table["seed"].isna() & ~table["twins"]]
    grid = own.pivot(index="ability", columns="test", values="rise")
    return grid.reindex(index=own["ability"].unique(), columns=own["test"].unique())


def random_rises(table: pd.DataFrame) -> pd.Series:
    """Mean rise in nats over all random controls, by test split."""
    controls = table[table["seed"].notna() & ~table["twins"]]
    return controls.groupby("test", sort=False)["rise"].mean()


def twin_rises(table: pd.DataFrame) -> dict[str, float]:
    """Rise in nats under an ability's own mask on the twins of its items, by ability."""
    own = table[table["seed"].isna() & table["twins"] & (table["test"] == table["ability"])]
    return dict(zip(own["ability"], own["rise"], strict=True))


def above_twins(grid: pd.DataFrame, twins: Mapping[str, float]) -> dict[str, bool]:
    """Whether an ability's own loss rises `SELECTIVE_RISE` times as much as on its items' twins.

    Where it does not, the mask hits how the items are asked and answered rather than the ability.
    """
    found = {}
    for ability, theirs in twins.items():
        own = float(grid[ability][ability])
        found[ability] = is_selective(own, theirs)
    return found


def selective(grid: pd.DataFrame) -> dict[str, bool]:
    """Whether an ability's own loss rises `SELECTIVE_RISE` times as much as any other.

    Args:
        grid: of `rises`; abilities without a test split among its columns, or with no other to be
            compared with, are left out.
    """
    found = {}
    for ability in grid.index:
        if ability in grid.columns and len(grid.columns) > 1:
            own, others = grid.loc[ability, ability], grid.loc[ability].drop(ability).max()
            found[ability] = is_selective(own, others)
    return found


def _loss(response: tuple[float | None, bool]) -> float:
    value = response[0]
    return math.inf if value is None else -value
