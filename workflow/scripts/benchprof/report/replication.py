"""How far the own AIS depend on the draw of train items, as the page and the summary say it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from benchprof.replication.table import pooled_error
from benchprof.report.matrix import Matrix
from benchprof.report.style import number


def own_half_ais(table: pd.DataFrame | None, matrix: Matrix) -> Mapping[str, str]:
    """The AIS of each ability on its own test under the masks of either half, as text.

    Only of abilities whose own test has an AIS; none without a table.
    """
    return {
        row["ability"]: f"{number(row['ais_half_1'])}, {number(row['ais_half_2'])}"
        for row in _rows(table, matrix).to_dict("records")
        if not math.isnan(row["se_items"])
    }


def train_items_sentence(table: pd.DataFrame | None, matrix: Matrix) -> str:
    """What the draw of train items adds to the intervals; empty where it was not measured."""
    rows = _rows(table, matrix)
    known = rows[rows["se_items"].notna()]
    if known.empty:
        return ""
    return (
        "Intervals are over test items alone. Another draw of train items would make other masks: "
        f"by masks from halves of them ({int(known['items'].min())} items each), this adds a "
        f"standard error of {number(pooled_error(known))} to an own AIS (root mean square over "
        f"{len(known)} {'ability' if len(known) == 1 else 'abilities'})."
    )


def _rows(table: pd.DataFrame | None, matrix: Matrix) -> pd.DataFrame:
    if table is None:
        return pd.DataFrame(columns=["ability", "ais_half_1", "ais_half_2", "se_items", "items"])
    view = {"model": matrix.model, "selection": matrix.selection, "fraction": matrix.fraction}
    wanted = (table[list(view)] == pd.Series(view)).all(axis=1)
    return table[wanted]
