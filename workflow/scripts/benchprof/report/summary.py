"""The AIS matrix as text, for the end of a run."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from benchprof.files import write_text
from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.report.caveats import caveats, train_items
from benchprof.report.matrix import Matrix, all_matrices
from benchprof.report.names import codes, inline, readable
from benchprof.report.numbers import number
from benchprof.report.outcomes import against_random, held_out_sentences, undefined

# Characters of a line.
WIDTH = 150
# Figures; of more the folder is named.
LISTED = 12
FORMULAS = {
    "chance_corrected": "AIS = drop of the score / (intact score - guessing)",
    "relative": "AIS = drop of the score / intact score",
    "absolute": "AIS = drop of the score",
}


def write_summary(
    target: Path,
    tables: Mapping[str, pd.DataFrame],
    held_out_test_of: Mapping[str, str],
    impact: str,
    figures: Sequence[Path],
    report: Path,
    calibration_benchmarks: Collection[str] = (),
) -> None:
    """Write every AIS matrix with what to know of it, and where the figures and the report are.

    Args:
        target: the text file.
        tables: `impact` and, where they were made, `replication` and `overlap`.
        held_out_test_of: the benchmark that is an ability's test split, by ability.
        impact: how the AIS was configured, a key of `FORMULAS`.
        figures: shown as given, so that relative paths stay relative.
        report: likewise.
        calibration_benchmarks: as of `caveats.caveats`.
    """
    listed = [str(path) for path in figures]
    if len(listed) > LISTED:
        listed = [f"{len(listed)} in {os.path.commonpath(figures)}"]
    blocks = [
        "\n".join(_block(matrix, tables, impact, calibration_benchmarks))
        for matrix in all_matrices(tables["impact"], held_out_test_of)
    ]
    places = "\n".join(["Figures:", *(f"  {line}" for line in listed), f"Report: {report}"])
    write_text(target, "\n\n".join([*blocks, places]) + "\n")


def _block(
    matrix: Matrix, tables: Mapping[str, pd.DataFrame], impact: str, calibration: Collection[str]
) -> Iterator[str]:
    short = codes(matrix.abilities)
    legend = ", ".join(f"{code} {inline(ability)}" for ability, code in short.items())
    marks = "[ ] the ability's held-out test"
    if matrix.controlled:
        marks += f"; * differs from random masks (q < {SIGNIFICANCE}), whose mean is `random`"
    yield f"Ability Impact Scores of {matrix.title}"
    yield f"{FORMULAS[impact]}; score: {matrix.metrics()}; intervals are in the report"
    yield ""
    yield _table(matrix, short)
    yield ""
    for line in (f"{legend}.", marks):
        yield from textwrap.wrap(line, WIDTH)
    yield ""
    for sentence in (
        *held_out_sentences(matrix),
        *against_random(matrix),
        *undefined(matrix),
        *caveats(matrix, calibration, tables.get("overlap")),
        *train_items(tables.get("replication"), matrix),
    ):
        yield from textwrap.wrap(f"- {sentence}", WIDTH, subsequent_indent="  ")


def _table(matrix: Matrix, short: Mapping[str, str]) -> str:
    """A line per benchmark, a column per ability and one for the mean of the random masks."""
    shown = matrix.grid("ais").astype(float).map(number)
    shown += matrix.marked().map(lambda marked: "*" if marked else "")
    for ability, benchmark in matrix.held_out_test_of.items():
        shown.at[benchmark, ability] = f"[{shown.at[benchmark, ability]!s}]"
    shown = shown.rename(columns=short)
    if matrix.controlled:
        means = matrix.controls.groupby("benchmark")["ais"].mean()
        shown["random"] = means.reindex(shown.index).map(number)
    return str(shown.rename(index=readable).rename_axis(None, axis=1).rename_axis(None).to_string())
