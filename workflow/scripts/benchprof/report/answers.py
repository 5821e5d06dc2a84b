"""What each benchmark needs, how certain that is and what is wrong with it: facts for the page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from benchprof.report.drops import mask_doubts
from benchprof.report.matrix import Matrix
from benchprof.report.names import inline, series
from benchprof.report.numbers import interval, number

Row = Mapping[Any, Any]


def answers(
    matrix: Matrix,
    findings: pd.DataFrame,
    reliability: pd.DataFrame,
    power: pd.DataFrame,
    calibration_benchmarks: Collection[str] = (),
) -> list[dict[str, Any]]:
    """What answers.html.jinja says of each benchmark of a matrix that has an AIS, in its order.

    Args:
        matrix: the cells.
        findings: the table of findings; which abilities stand out is read here, never found again.
        reliability: that of reliability.
        power: that of power.
        calibration_benchmarks: the benchmarks that are an ability's calibration split.
    """
    doubts = mask_doubts(matrix)
    found, stable, shown = (_by_benchmark(own, matrix) for own in (findings, reliability, power))
    return [
        {
            "benchmark": benchmark,
            "unnamed": matrix.unnamed,
            "power": shown[benchmark],
            "stable": stable[benchmark],
            "calibration": benchmark in calibration_benchmarks,
            **_named(found[benchmark], matrix, doubts),
            "margin": (margin := _margin(matrix.cells[matrix.cells["benchmark"] == benchmark])),
            "blind": not shown[benchmark]["detectable_ais"] * shown[benchmark]["base"] <= margin,
            "unbounded": int((matrix.unbounded["benchmark"] == benchmark).sum()),
        }
        for benchmark in matrix.defined
    ]


def _by_benchmark(table: pd.DataFrame, matrix: Matrix) -> dict[str, Row]:
    return {row["benchmark"]: row for row in matrix.rows_of(table).to_dict("records")}


def _named(row: Row, matrix: Matrix, doubts: Mapping[str, str]) -> dict[str, Any]:
    """The abilities that a finding names, with AIS and with what casts doubt on their masks."""
    needed, hindering, moved = (split(row[k]) for k in ("needed", "hindering", "format_moved"))
    cells = matrix.cells[matrix.cells["benchmark"] == row["benchmark"]].set_index("ability")

    def with_ais(abilities: Sequence[str]) -> str:
        ais = (cells.loc[ability, ["ais", "ais_low", "ais_high"]] for ability in abilities)
        shown = (f"{number(value)}, {interval(low, high)}" for value, low, high in ais)
        return series(f"{inline(a)} (AIS {own})" for a, own in zip(abilities, shown, strict=True))

    return {
        "sound": with_ais([ability for ability in needed if ability not in doubts]),
        "doubted": with_ais([ability for ability in needed if ability in doubts]),
        # A gain that reads as 0.00 stands among the findings alone.
        "better": with_ais([a for a in hindering if float(number(cells.loc[a, "ais"]))]),
        "doubts": {a: doubts[a] for a in [*needed, *hindering] if a in doubts},
        "format": {
            "loss": series(inline(ability) for ability in needed if ability in moved),
            "gain": series(inline(ability) for ability in hindering if ability in moved),
        },
        "broken": row["broken"],
        "abilities": row["abilities"],
    }


def _margin(cells: pd.DataFrame) -> float:
    """What the model can lose, as a difference of scores."""
    first = cells.iloc[0]
    return float(first["intact"] - first["guessing"])


def split(names: str) -> list[str]:
    """Names as the tables join them."""
    return names.split("; ") if names else []
