"""Rows of the tables as the page's templates show them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from benchprof.profile.criteria import is_above_guessing
from benchprof.report.numbers import NONE, interval, number
from benchprof.report.outcomes import SHARED

Row = Mapping[Any, Any]


def estimate(row: Row, value: str, ends: str = "", unit: str = "", decimals: int = 2) -> str:
    """A value with its interval, from three columns of a row; a dash where there is none.

    Args:
        row: of a table.
        value: its column.
        ends: of the columns `ENDS_low` and `ENDS_high`; that of the value without it.
        unit: behind the value.
        decimals: of all three.
    """
    low, high = (row[f"{ends or value}_{end}"] for end in ("low", "high"))
    if math.isnan(row[value]):
        return NONE
    shown = number(row[value], decimals) + unit
    return shown if math.isnan(low) else f"{shown} ({interval(low, high, decimals)})"


def format_change(row: Row) -> str:
    """A change of format likelihood with its unit and interval; a dash where there is none."""
    return estimate(row, "format_change", unit=f" {row['format_unit']}")


def count(items: float) -> str:
    """A number of items that may be missing or infinite."""
    return number(items, 0)


def codes(row: Row) -> dict[str, str]:
    """Why a row lacks its number, or what the number means, as codes with a sentence each."""
    pairs = (("flag_code", "flag"), ("reason_code", "reason"))
    found = {row[code]: row[sentence] for code, sentence in pairs if row.get(code)}
    return {code: SHARED.get(code, sentence) for code, sentence in found.items()}


def meanings(rows: Iterable[Row]) -> list[tuple[str, str, int]]:
    """Each code that stands in rows of the page, once, with its sentence and its number of rows."""
    found = Counter(pair for row in rows for pair in codes(row).items())
    return [(code, sentence, rows) for (code, sentence), rows in found.items()]


def scores(table: pd.DataFrame, model: str) -> list[dict[Any, Any]]:
    """A row per (benchmark, metric) of the intact model; the headline metric first."""
    metrics = table[table["model"] == model].drop_duplicates(["benchmark", "metric"])
    order = {benchmark: place for place, benchmark in enumerate(metrics["benchmark"].unique())}
    metrics = metrics.assign(
        place=metrics["benchmark"].map(order),
        beside=~metrics["headline"],
        above=metrics["p_guessing"].map(is_above_guessing),
    )
    return metrics.sort_values(["place", "beside"], kind="stable").to_dict("records")
