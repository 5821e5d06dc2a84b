"""How far the own AIS depend on the draw of train items, as the page and the summary say it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from benchprof.replication.table import COLUMNS, train_items_error
from benchprof.report.matrix import Matrix
from benchprof.report.names import counted
from benchprof.report.numbers import number, span


def own_half_ais(table: pd.DataFrame | None, matrix: Matrix) -> Mapping[str, str]:
    """The AIS of each ability on its own test under the masks of either half, as text.

    Only of abilities whose own test has an AIS; none without a table.
    """
    return {
        row["ability"]: f"{number(row['ais_half_1'])}, {number(row['ais_half_2'])}"
        for row in _rows(table, matrix).to_dict("records")
        if not math.isnan(row["ais_half_1"])
    }


def train_items_sentence(table: pd.DataFrame | None, matrix: Matrix) -> str:
    """What the draw of train items adds to the intervals; empty where it was not measured."""
    rows = _rows(table, matrix)
    known = rows[rows["ais_half_1"].notna()]
    if known.empty:
        return ""
    error = train_items_error(known)
    size = f"of about {number(error)}" if number(error) != "0.00" else "below 0.01"
    adds = (
        f"this adds a standard error {size} to the AIS on the own test"
        if error > 0
        else "these differ no more than the noise of the test items explains"
    )
    items = span(*(f"{known['items'].agg(end):.0f}" for end in ("min", "max")))
    return (
        "The intervals account for the test items only. Different train items would give different "
        f"masks: judging by masks from halves of them ({items} items each), {adds} "
        f"({counted(len(known), 'ability', 'abilities')})."
    )


def _rows(table: pd.DataFrame | None, matrix: Matrix) -> pd.DataFrame:
    if table is None:
        return pd.DataFrame(columns=COLUMNS)
    return matrix.rows_of(table)
