"""Pairs of models in the table of similarities."""

from __future__ import annotations

import pandas as pd


def similarity_of(table: pd.DataFrame, selection: str, fraction: str) -> pd.DataFrame:
    """The rows of one selection and k, with the name of each `pair` of models."""
    rows = table[(table["selection"] == selection) & (table["fraction"] == fraction)]
    return rows.assign(pair=rows["model_a"] + " and " + rows["model_b"])
