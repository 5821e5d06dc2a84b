"""The page's tables of whole profiles, from those of the profile stage, as rows of texts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from benchprof.report.caveats import mask_doubts
from benchprof.report.matrix import Matrix
from benchprof.report.names import inline, readable
from benchprof.report.numbers import interval
from benchprof.report.page_tables import NONE, estimate, or_dash, probability, reason_code


def finding_rows(findings: pd.DataFrame, matrix: Matrix) -> list[dict[str, Any]]:
    """A row per benchmark: the abilities it names, its effective number of them, a sentence.

    `named` are the abilities that it needs or, where all but the mask was ablated, those whose
    masks alone keep most. Each ability comes with what casts doubt on its mask.
    """
    kind = "sufficient" if matrix.complement else "needed"
    doubts = mask_doubts(matrix)
    return [
        {
            "benchmark": row["benchmark"],
            "n": int(row["n"]),
            "named": _abilities(row[kind], doubts),
            "hindering": _abilities(row["hindering"], doubts),
            "effective": _one_decimal(row, "effective", "effective_low", "effective_high"),
            "noise": _one_decimal(row, "noise_median", "noise_low", "noise_high"),
            "p_noise": probability(row["p_noise"]),
            "broken": f"{row['broken']} of {row['abilities']}",
            "codes": reason_code(row),
            "summary": _with_names(row["summary"], row["benchmark"], matrix.abilities),
        }
        for row in matrix.rows_of(findings).to_dict("records")
    ]


def certainty_rows(
    reliability: pd.DataFrame, power: pd.DataFrame, matrix: Matrix
) -> list[dict[str, Any]]:
    """A row per benchmark: reliability of its profile, the AIS it can show, and items needed."""
    planned = {row["benchmark"]: row for row in matrix.rows_of(power).to_dict("records")}
    rows = []
    for row in matrix.rows_of(reliability).to_dict("records"):
        plan = planned[row["benchmark"]]
        rows.append(
            {
                "benchmark": row["benchmark"],
                "metric": row["metric"],
                "n": int(row["n"]),
                "changed": int(row["changed_items"]),
                "reliability": or_dash(row["reliability"]),
                "split_half": estimate(row, "split_half", "split_low", "split_high"),
                "items_reliable": _count(row["items_for_0.8"]),
                "detectable": or_dash(plan["detectable_ais"]).replace("inf", "∞"),
                "items_0.1": _count(plan["items_for_ais_0.1"]),
                "items_0.2": _count(plan["items_for_ais_0.2"]),
                "codes": reason_code(row),
            }
        )
    return rows


def flip_counts(flips: pd.DataFrame, matrix: Matrix) -> dict[tuple[str, str], Mapping[str, Any]]:
    """How many items turned, by (benchmark, ability); none of the random controls."""
    own = matrix.rows_of(flips)
    rows = own[own["seed"].isna()].to_dict("records")
    return {(row["benchmark"], row["ability"]): {str(k): v for k, v in row.items()} for row in rows}


def benchmark_pair_rows(similarity: pd.DataFrame, matrix: Matrix) -> list[dict[str, Any]]:
    """A row per two benchmarks of one model."""
    return [
        {"first": row["benchmark_a"], "second": row["benchmark_b"]} | _alike(row)
        for row in matrix.rows_of(similarity).to_dict("records")
    ]


def model_pair_rows(similarity: pd.DataFrame) -> list[dict[str, Any]]:
    """A row per (benchmark, pair of models), of `pairs.similarity_of`."""
    return [
        {"benchmark": row["benchmark"], "pair": row["pair"]} | _alike(row)
        for row in similarity.to_dict("records")
    ]


def difference_rows(
    differences: pd.DataFrame, selection: str, fraction: str
) -> Iterator[dict[str, Any]]:
    """A row per (benchmark, ability, pair of models); `marked` where the interval excludes 0."""
    shown = (differences["selection"] == selection) & (differences["fraction"] == fraction)
    for row in differences[shown].to_dict("records"):
        low, high = row["difference_low"], row["difference_high"]
        yield {
            "benchmark": row["benchmark"],
            "ability": row["ability"],
            "pair": f"{row['model_a']} less {row['model_b']}",
            "difference": estimate(row, "difference", "difference_low", "difference_high"),
            "marked": low > 0 or high < 0,
            "codes": reason_code(row),
        }


def _with_names(summary: str, benchmark: str, abilities: Sequence[str]) -> str:
    """A sentence of the findings with names as readers know them."""
    text = readable(benchmark) + summary.removeprefix(benchmark)
    for ability in abilities:
        text = text.replace(ability.replace("_", " "), inline(ability))
    return text


def _alike(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What all tables of similarities have."""
    return {
        "similarity": or_dash(row["similarity"]),
        "interval": _interval(row["similarity_low"], row["similarity_high"]),
        "noise": estimate(row, "noise_median", "noise_low", "noise_high"),
        "p_noise": probability(row["p_noise"]),
        "spearman": or_dash(row["spearman"]),
        "cosine": or_dash(row["cosine"]),
        "codes": reason_code(row),
    }


def _interval(low: float, high: float) -> str:
    return NONE if math.isnan(low) else interval(low, high)


def _one_decimal(row: Mapping[Any, Any], value: str, low: str, high: str) -> str:
    if math.isnan(row[value]):
        return NONE
    interval = "" if math.isnan(row[low]) else f" ({row[low]:.1f} to {row[high]:.1f})"
    return f"{row[value]:.1f}{interval}"


def _abilities(names: str, doubts: Mapping[str, str]) -> str:
    """Names as the tables join them, each with what casts doubt on its mask."""
    if not names:
        return NONE
    said = {name: f" ({doubts[name]})" if name in doubts else "" for name in names.split("; ")}
    return ", ".join(readable(name) + doubt for name, doubt in said.items())


def _count(items: float) -> str:
    return NONE if math.isnan(items) else "∞" if math.isinf(items) else f"{items:.0f}"
