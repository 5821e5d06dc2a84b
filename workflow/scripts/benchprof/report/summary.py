"""The AIS matrix as text, for the end of a run."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchprof.files import write_text
from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.report.caveats import caveats
from benchprof.report.matrix import Matrix, all_matrices
from benchprof.report.names import codes, inline, readable
from benchprof.report.numbers import number
from benchprof.report.outcomes import against_random, own_tests
from benchprof.report.replication import train_items_sentence
from benchprof.report.undefined import benchmarks_by_reason

# Characters: of the whole table, of the benchmarks' names, of a value with its interval.
WIDTH = 150
NAME_WIDTH = 18
CELL_WIDTH = 11
COLUMNS = (WIDTH - NAME_WIDTH) // (CELL_WIDTH + 1) - 1
# Figures; of more the folder is named.
LISTED = 12
UNDEFINED = "--"
CONTROL = "random"
FORMULAS = {
    "chance_corrected": "AIS = drop of the score / (intact score - guessing)",
    "relative": "AIS = drop of the score / intact score",
    "absolute": "AIS = drop of the score",
}


def write_summary(
    target: Path,
    table: pd.DataFrame,
    own_benchmarks: Mapping[str, str],
    impact: str,
    confidence: float,
    figures: Sequence[Path],
    report: Path,
    replication: pd.DataFrame | None = None,
    calibration_benchmarks: Collection[str] = (),
    overlap: pd.DataFrame | None = None,
) -> None:
    """Write the text of `impact_text` and where the figures and the report are.

    Args:
        target: the text file.
        table: the AIS table.
        own_benchmarks: the benchmark that is an ability's test split, by ability.
        impact: how the AIS was configured, a key of `FORMULAS`.
        confidence: of the table's intervals.
        figures: shown as given, so that relative paths stay relative.
        report: likewise.
        replication: of `replication_rows`, where it was measured.
        calibration_benchmarks, overlap: as of `caveats.caveats`.
    """
    listed = [str(path) for path in figures]
    if len(listed) > LISTED:
        listed = [f"{len(listed)} in {os.path.commonpath(figures)}"]
    places = ["Figures:", *(f"  {line}" for line in listed), f"Report: {report}"]
    text = impact_text(
        table, own_benchmarks, impact, confidence, replication, calibration_benchmarks, overlap
    )
    write_text(target, text + "\n" + "\n".join(places) + "\n")


def impact_text(
    table: pd.DataFrame,
    own_benchmarks: Mapping[str, str],
    impact: str,
    confidence: float,
    replication: pd.DataFrame | None = None,
    calibration_benchmarks: Collection[str] = (),
    overlap: pd.DataFrame | None = None,
) -> str:
    """Every AIS matrix of the table with intervals, codes for its columns and what to know of it.

    Args: as of `write_summary`.
    """
    blocks = [
        "\n".join(
            [
                *_block(matrix, impact, confidence),
                *_listed(caveats(matrix, calibration_benchmarks, overlap)),
                *_listed([train_items_sentence(replication, matrix)]),
            ]
        )
        for matrix in all_matrices(table, own_benchmarks)
    ]
    return "\n\n".join(blocks) + "\n"


def _block(matrix: Matrix, impact: str, confidence: float) -> Iterator[str]:
    yield f"Ability Impact Scores of {matrix.title}"
    yield (
        f"{FORMULAS[impact]}; score: {matrix.metrics()}; below: {100 * confidence:g}% interval, "
        "low:high"
    )
    short = codes(matrix.abilities)
    grouped = benchmarks_by_reason(matrix)
    notes = {
        benchmark: note
        for note, benchmarks in enumerate(grouped.values(), start=1)
        for benchmark in benchmarks
    }
    for start in range(0, len(matrix.abilities), COLUMNS):
        yield ""
        yield from _table(matrix, matrix.abilities[start : start + COLUMNS], short, notes)
    yield ""
    legend = ", ".join(f"{code} {inline(ability)}" for ability, code in short.items())
    yield from textwrap.wrap(legend, WIDTH)
    yield _marks(matrix)
    for note, reason in enumerate(grouped, start=1):
        yield from textwrap.wrap(f"{UNDEFINED} ({note}) undefined: {reason}", WIDTH)
    yield ""
    yield from textwrap.wrap(own_tests(matrix).sentence(), WIDTH)
    yield from textwrap.wrap(against_random(matrix), WIDTH)


def _listed(sentences: Sequence[str]) -> Iterator[str]:
    """Each as an item of a list; an empty one is left out."""
    for sentence in filter(None, sentences):
        yield from textwrap.wrap(f"- {sentence}", WIDTH, subsequent_indent="  ")


def _marks(matrix: Matrix) -> str:
    """What the table's signs mean."""
    own = "[ ] the ability's own test"
    if not matrix.controlled:
        return own
    return (
        f"* differs from random masks of the same size (q < {SIGNIFICANCE}); {own}; "
        f"{CONTROL}: mean of the random masks, below: their range"
    )


def _table(
    matrix: Matrix, abilities: Sequence[str], short: Mapping[str, str], notes: Mapping[str, int]
) -> Iterator[str]:
    """Some columns of the matrix and the random controls: a header, then lines per benchmark."""
    has_controls = matrix.controlled
    header = [short[ability] for ability in abilities] + [CONTROL] * has_controls
    yield _line("", header)
    grids = [
        matrix.grid(key).to_dict("index") for key in ("ais", "ais_low", "ais_high", "q_random")
    ]
    for benchmark in matrix.benchmarks:
        names = textwrap.wrap(readable(benchmark), NAME_WIDTH)
        top, bottom = [], []
        for ability in abilities:
            value, low, high, q = (float(grid[benchmark][ability]) for grid in grids)
            own = matrix.own.get(ability) == benchmark
            top.append(_value(value, q < SIGNIFICANCE, own, notes.get(benchmark)))
            bottom.append("" if np.isnan(value) else f"{_short(low)}:{_short(high)}")
        if has_controls:
            controls = matrix.controls.loc[matrix.controls["benchmark"] == benchmark, "ais"]
            defined = controls.dropna()
            top.append(_value(defined.mean(), False, False, None) if len(defined) else UNDEFINED)
            spread = f"{_short(defined.min())}:{_short(defined.max())}" if len(defined) else ""
            bottom.append(spread)
        for place in range(max(1 + any(bottom), len(names))):
            cells = (top, bottom)[place] if place < 2 else []
            yield _line(names[place] if place < len(names) else "", cells)


def _line(name: str, cells: Sequence[str]) -> str:
    return (name.ljust(NAME_WIDTH) + "".join(f" {c:>{CELL_WIDTH}}" for c in cells)).rstrip()


def _value(value: float, marked: bool, own: bool, note: int | None) -> str:
    """A cell's value with its marks; where they are missing their place stays empty."""
    if note is not None and np.isnan(value):
        text = f"{UNDEFINED} ({note})"
        return f"[{text}]" if own else text
    marks = ("]" if own else "") + ("*" if marked else "")
    return ("[" if own else "") + _short(value) + marks.ljust(2)


def _short(value: float) -> str:
    """At most five characters from -99 to 999: large values need no decimals."""
    return number(value, 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0)
