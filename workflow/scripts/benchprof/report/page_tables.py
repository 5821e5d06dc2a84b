"""The page's tables as rows of texts; the template only lays them out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchprof.profile.criteria import SIGNIFICANCE, is_above_guessing
from benchprof.report.drops import control_drops, own_drops, side_drops
from benchprof.report.matrix import Matrix
from benchprof.report.names import inline, readable
from benchprof.report.numbers import interval, number, number_off
from benchprof.report.undefined import SHARED

# Which of a benchmark's metrics stands beside the headline metric: the first that it has.
ACCURACIES = ("acc", "acc_norm", "exact_match")
NONE = "--"


@dataclass(frozen=True)
class Cell:
    """One value of an AIS table.

    Attributes:
        value: two decimals, or a dash.
        interval: its interval; empty where there is none.
        marks: those of own, undefined, marked and broken that apply; the classes of its style.
        tint: -100 to 100, the strength of its colour; saturates at an AIS of 1.
        says: all of it in words, for who points at it: also why it is undefined.
    """

    value: str
    interval: str
    marks: str
    tint: int
    says: str


def impact_rows(matrix: Matrix) -> list[dict[str, Any]]:
    """A row per benchmark: its name, n, a `Cell` per ability and one per random control."""
    cells = {(row["benchmark"], row["ability"]): row for row in matrix.cells.to_dict("records")}
    controls = matrix.control_grid()
    return [
        {
            "benchmark": benchmark,
            "n": int(cells[benchmark, matrix.abilities[0]]["n"]),
            "cells": [
                _cell(cells[benchmark, ability], matrix.own.get(ability) == benchmark)
                for ability in matrix.abilities
            ],
            "controls": [
                _cell(
                    {
                        "ais": value,
                        "benchmark": benchmark,
                        "ability": name,
                        "reason": matrix.reasons().get(benchmark, ""),
                    },
                    False,
                )
                for name, value in controls.loc[benchmark].items()
            ],
        }
        for benchmark in matrix.benchmarks
    ]


def detail_rows(
    table: pd.DataFrame, matrix: Matrix, flips: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """A row per cell with what it is compared with, its AIS in accuracy, and items that turned.

    Args:
        table: the AIS table.
        matrix: the cells.
        flips: by (benchmark, ability), of `page_profiles.flip_counts`.
    """
    accuracy = _accuracy_rows(table, matrix)
    for row in matrix.cells.to_dict("records"):
        beside = accuracy.get((row["benchmark"], row["ability"]))
        turned = flips.get((row["benchmark"], row["ability"]))
        yield {
            "benchmark": row["benchmark"],
            "ability": row["ability"],
            "n": int(row["n"]),
            "intact": number(row["intact"], 3),
            "ablated": number(row["ablated"], 3),
            "form": form_change(row),
            "guessing": number(row["guessing"], 3),
            "ais": estimate(row, "ais", "ais_low", "ais_high"),
            "over_random": _contrast(row, "over_random"),
            "p_random": probability(row["p_random"]),
            "q_random": probability(row["q_random"]),
            "over_others": _contrast(row, "over_others"),
            "p_others": probability(row["p_others"]),
            "q_others": probability(row["q_others"]),
            "accuracy": NONE if beside is None else estimate(beside, "ais", "ais_low", "ais_high"),
            "accuracy_metric": "" if beside is None else beside["metric"],
            "ablated_accuracy": NONE if beside is None else number(beside["ablated"], 3),
            "lost": NONE if turned is None else f"{turned['lost']} of {turned['intact_right']}",
            "gained": NONE if turned is None else _gained(turned),
            "marked": row["q_random"] < SIGNIFICANCE,
            "codes": _flag(row) | reason_code(row) | (reason_code(beside) if beside else {}),
        }


def reason_code(row: Mapping[Any, Any]) -> dict[str, str]:
    """Why a row of any table lacks its number, as a code with its sentence; empty where it is."""
    code = row["reason_code"]
    return {code: SHARED.get(code, row["reason"])} if code else {}


def meanings(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, int]]:
    """Each code that stands in rows of the page, once, with its sentence and its number of rows."""
    found = Counter(pair for row in rows for pair in row["codes"].items())
    return [(code, sentence, count) for (code, sentence), count in found.items()]


def _flag(row: Mapping[Any, Any]) -> dict[str, str]:
    return {row["flag_code"]: row["flag"]} if row["flag_code"] else {}


def benchmark_rows(matrix: Matrix, benchmark: str) -> list[dict[str, Any]]:
    """A row per ability, the largest AIS first; none where the benchmark has no AIS."""
    cells = matrix.cells[(matrix.cells["benchmark"] == benchmark) & matrix.cells["ais"].notna()]
    return [
        {
            "ability": row["ability"],
            "own": matrix.own.get(row["ability"]) == benchmark,
            "ais": estimate(row, "ais", "ais_low", "ais_high"),
            "tint": round(100 * max(-1.0, min(1.0, row["ais"]))),
            "form": form_change(row),
            "over_random": _contrast(row, "over_random"),
            "q_random": probability(row["q_random"]),
            "over_others": _contrast(row, "over_others"),
            "q_others": probability(row["q_others"]),
        }
        for row in cells.sort_values("ais", ascending=False, kind="stable").to_dict("records")
    ]


def score_rows(table: pd.DataFrame, model: str) -> list[dict[str, Any]]:
    """A row per (benchmark, metric) of the intact model; the headline metric first."""
    own = table[(table["model"] == model)].drop_duplicates(["benchmark", "metric"])
    order = {benchmark: place for place, benchmark in enumerate(own["benchmark"].unique())}
    rows = sorted(
        own.to_dict("records"), key=lambda row: (order[row["benchmark"]], not row["headline"])
    )
    return [
        {
            "benchmark": row["benchmark"],
            "metric": row["metric"],
            "headline": bool(row["headline"]),
            "n": int(row["n"]),
            "intact": number(row["intact"], 3),
            "guessing": number(row["guessing"], 3),
            "p": probability(row["p_guessing"]),
            "above": is_above_guessing(row["p_guessing"]),
        }
        for row in rows
    ]


def dose_rows(matrix: Matrix) -> list[dict[str, str]]:
    """A row per ability: what its mask takes off its own test, off the others, and random masks."""
    own, side, random = own_drops(matrix), side_drops(matrix), control_drops(matrix)
    q = matrix.own_cells["q_random"].astype(float)
    return [
        {
            "ability": ability,
            "own": or_dash(own[ability]),
            "side": or_dash(side[ability]),
            "random": or_dash(random.get((matrix.own.get(ability), ability), math.nan)),
            "q": probability(q[ability]),
        }
        for ability in matrix.abilities
    ]


def probability(p: float) -> str:
    """A p- or q-value."""
    if math.isnan(p):
        return NONE
    return "< 0.001" if p < 0.001 else number_off(p, SIGNIFICANCE, 3)


def _accuracy_rows(table: pd.DataFrame, matrix: Matrix) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Rows of a benchmark's accuracy by (benchmark, ability), where it is not the headline."""
    every = matrix.rows_of(table)
    rows = every[every["seed"].isna() & ~every["headline"] & every["metric"].isin(ACCURACIES)]
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in sorted(rows.to_dict("records"), key=lambda row: ACCURACIES.index(row["metric"])):
        found.setdefault((row["benchmark"], row["ability"]), {str(k): v for k, v in row.items()})
    return found


def _gained(turned: Mapping[str, Any]) -> str:
    return f"{turned['gained']} of {turned['n'] - turned['intact_right']}"


def _cell(row: Mapping[Any, Any], own: bool) -> Cell:
    value = float(row["ais"])
    undefined = math.isnan(value)
    marks = {
        "own": own,
        "undefined": undefined,
        "marked": float(row.get("q_random", math.nan)) < SIGNIFICANCE,
        "broken": bool(row.get("flag_code", "")),
    }
    low, high = float(row.get("ais_low", math.nan)), float(row.get("ais_high", math.nan))
    return Cell(
        NONE if undefined else number(value),
        "" if math.isnan(low) else interval(low, high),
        " ".join(name for name, applies in marks.items() if applies),
        0 if undefined else round(100 * max(-1.0, min(1.0, value))),
        _said(row, value),
    )


def _said(row: Mapping[Any, Any], value: float) -> str:
    """A cell in words."""
    what = f"{readable(str(row['ability']))} on {inline(str(row['benchmark']))}: "
    form = "" if math.isnan(row.get("form", math.nan)) else f"; form {form_change(row)}"
    if math.isnan(value):
        return f"{what}no AIS, {row['reason'] or 'not computed'}{form}"
    if "ais_low" not in row:
        return f"{what}{number(value, 3)}"
    flag = f"; {row['flag_code']}: {row['flag']}" if row["flag_code"] else ""
    return (
        f"{what}{number(value, 3)} ({interval(row['ais_low'], row['ais_high'])}); over random "
        f"{_contrast(row, 'over_random')}, q {probability(row['q_random'])}; over other abilities "
        f"{_contrast(row, 'over_others')}, q {probability(row['q_others'])}{form}; "
        f"n = {int(row['n'])}{flag}"
    )


def _contrast(row: Mapping[Any, Any], name: str) -> str:
    return estimate(row, name, f"{name}_low", f"{name}_high")


def estimate(row: Mapping[Any, Any], value: str, low: str, high: str, unit: str = "") -> str:
    """A value with its interval, from three columns of a row; a dash where there is none."""
    if math.isnan(row[value]):
        return NONE
    return f"{number(row[value])}{unit} ({interval(row[low], row[high])})"


def form_change(row: Mapping[Any, Any]) -> str:
    """A change of form with its unit and interval; a dash where there is none."""
    return estimate(row, "form", "form_low", "form_high", f" {row['form_of']}")


def or_dash(value: float) -> str:
    """Two decimals, or a dash where there is no value."""
    return NONE if math.isnan(value) else number(value)
