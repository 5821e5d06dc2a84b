"""What the report's page says of one model, selection and k: the template only lays it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchprof.report import page_profiles, page_tables
from benchprof.report.answers import Answer, answers, masks_in_doubt
from benchprof.report.caveats import caveats
from benchprof.report.matrix import Matrix, matrix_of
from benchprof.report.outcomes import against_random, own_tests
from benchprof.report.page_figures import Album, Shown
from benchprof.report.replication import own_half_ais, train_items_sentence
from benchprof.report.undefined import formless, undefined

# Of the page's switch: in each benchmark's own headline metric.
HEADLINE = "headline"
Tables = Mapping[str, pd.DataFrame]
"""The tables of the profile stage by their names, less that of items, and the table of `overlap`;
this one and `replication` may be missing."""
Rows = Sequence[Mapping[str, Any]]
"""Rows of a table of the page: texts by the names that the template has for its columns."""


@dataclass(frozen=True)
class Grid:
    """The AIS in one metric: a row per benchmark, a column per mask.

    Attributes:
        name: of the metric; `HEADLINE` for each benchmark's own.
        metrics: in words.
        abilities: of the first columns.
        controls: of the columns after them.
        rows: of `page_tables.impact_rows`.
    """

    name: str
    metrics: str
    abilities: Sequence[str]
    controls: Sequence[str]
    rows: Rows


@dataclass(frozen=True)
class Section:
    """One model, selection and k.

    Attributes:
        model, selection, fraction: which.
        title: of them.
        size: how many entries a mask has.
        masks_in_doubt: a sentence on masks that are not shown to hit their ability.
        answers: what each benchmark needs, how certain that is, and what is wrong with it.
        found: sentences on the own tests and on random masks.
        complement: whether all but the mask was ablated.
        controlled: whether there are random masks.
        findings, certainty, benchmark_pairs, details, doses: rows of tables.
        undefined, formless, caveats: sentences on what is missing or in doubt.
        grids: the AIS in each metric, the headline first.
        benchmarks: of each its summary and its rows.
        halves: by ability, the AIS on its own test under masks of either half of the train items.
        train_items: a sentence on them; empty where no such masks were made.
        figures: as `Album.of_matrix` has them.
    """

    model: str
    selection: str
    fraction: str
    title: str
    size: str
    masks_in_doubt: str
    answers: Sequence[Answer]
    found: Sequence[str]
    complement: bool
    controlled: bool
    findings: Rows
    certainty: Rows
    benchmark_pairs: Rows
    undefined: Sequence[str]
    formless: Sequence[str]
    caveats: Sequence[str]
    grids: Sequence[Grid]
    benchmarks: Mapping[str, Mapping[str, Any]]
    details: Rows
    doses: Rows
    halves: Mapping[str, str]
    train_items: str
    figures: Sequence[Shown]


def section_of(
    tables: Tables, matrix: Matrix, size: str, album: Album, calibration: Sequence[str]
) -> Section:
    """The section of one matrix.

    Args:
        tables: what there is to show.
        matrix: the cells that are shown.
        size: how many weights or units a mask has.
        album: the figures.
        calibration: the benchmarks that are an ability's calibration split.
    """
    findings = page_profiles.finding_rows(tables["findings"], matrix)
    flips = page_profiles.flip_counts(tables["flips"], matrix)
    reliability, power = tables["reliability"], tables["power"]
    return Section(
        model=matrix.model,
        selection=matrix.selection,
        fraction=matrix.fraction,
        title=matrix.title,
        size=size,
        masks_in_doubt=masks_in_doubt(matrix),
        answers=answers(matrix, tables["findings"], reliability, power, calibration),
        found=[own_tests(matrix).sentence(), against_random(matrix)],
        complement=matrix.complement,
        controlled=matrix.controlled,
        findings=findings,
        certainty=page_profiles.certainty_rows(reliability, power, matrix),
        benchmark_pairs=page_profiles.benchmark_pair_rows(tables["benchmark_similarity"], matrix),
        undefined=undefined(matrix),
        formless=formless(matrix),
        caveats=caveats(matrix, calibration, tables.get("overlap")),
        grids=[_grid(name, grid) for name, grid in _in_each_metric(tables["impact"], matrix)],
        benchmarks=_benchmarks(matrix, findings),
        details=list(page_tables.detail_rows(tables["impact"], matrix, flips)),
        doses=[] if matrix.complement else page_tables.dose_rows(matrix),
        halves=own_half_ais(tables.get("replication"), matrix),
        train_items=train_items_sentence(tables.get("replication"), matrix),
        figures=album.of_matrix(matrix),
    )


def other_metrics(table: pd.DataFrame) -> list[str]:
    """Every metric but one that is the headline of all that have it."""
    metrics = table.groupby("metric", sort=False)["headline"].all()
    only = len(table.loc[table["headline"], "metric"].unique()) == 1
    return [str(metric) for metric, all_ in metrics.items() if not (only and all_)]


def _in_each_metric(table: pd.DataFrame, matrix: Matrix) -> list[tuple[str, Matrix]]:
    """The matrix itself, and the same cells in each other metric that the model has."""
    present = table[table["model"] == matrix.model]["metric"].unique()
    view = (matrix.model, matrix.selection, matrix.fraction, matrix.own)
    others = [name for name in other_metrics(table) if name in present]
    return [(HEADLINE, matrix), *((name, matrix_of(table, *view, metric=name)) for name in others)]


def _grid(name: str, matrix: Matrix) -> Grid:
    return Grid(
        name=name,
        metrics=matrix.metrics(),
        abilities=matrix.abilities,
        controls=list(matrix.control_grid().columns),
        rows=page_tables.impact_rows(matrix),
    )


def _benchmarks(matrix: Matrix, findings: Rows) -> dict[str, dict[str, Any]]:
    """Of each benchmark its summary and its rows."""
    summaries = {row["benchmark"]: row["summary"] for row in findings}
    return {
        benchmark: {
            "summary": summaries[benchmark],
            "rows": page_tables.benchmark_rows(matrix, benchmark),
        }
        for benchmark in matrix.benchmarks
    }
