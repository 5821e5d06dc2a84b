"""The forest plot: every cell with its interval, and the random masks of the same size below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.report import style
from benchprof.report.figure import Entry
from benchprof.report.matrix import Matrix
from benchprof.report.names import readable, wrapped
from benchprof.report.outcomes import full_caption

ENTRY = Entry(
    name="forest",
    title="Ability impact with intervals",
    of="matrix",
    draw="draw_forest",
    place=2,
    narrow=True,
)

# Inches.
ROW_HEIGHT = 0.18
PANEL_FRAME = 0.42
FRAME_HEIGHT = 1.3
# How far the control lies below its cell, in rows.
BELOW = 0.3
# AIS beyond it are arrows at the edge.
WIDEST = 2.0


def draw_forest(matrix: Matrix, targets: Sequence[Path]) -> None:
    """Draw every AIS with its interval; arguments as of `heatmap.draw_heatmap`."""
    text, numbers = full_caption(caption(matrix), matrix), forest_numbers(matrix)
    style.save_figure(lambda: forest_figure(matrix), text, targets, numbers)


def forest_numbers(matrix: Matrix) -> pd.DataFrame:
    """A row per cell: its AIS and interval, and mean, least and largest AIS of its controls."""
    columns = ["benchmark", "ability", "metric", "n", "ais", "ais_low", "ais_high", "q_random",
               "random_mean", "random_low", "random_high", "reason"]  # fmt: skip
    return matrix.with_controls()[columns]


def forest_figure(matrix: Matrix) -> Figure:
    """A panel per benchmark that has an AIS, a row per ability."""
    cells, benchmarks = forest_numbers(matrix), matrix.defined
    if not benchmarks:
        return style.note_figure(matrix.title, matrix.absent())
    panel = ROW_HEIGHT * max(len(matrix.abilities), 2) + PANEL_FRAME
    figure, axes = style.panels([*map(readable, benchmarks)], panel, FRAME_HEIGHT)
    shown = cells[["ais", "ais_low", "ais_high", "random_low", "random_high"]].to_numpy(float)
    limits = style.limits(shown.ravel(), 0.1, WIDEST)
    for place, benchmark in zip(axes.flat, benchmarks, strict=False):
        own = cells[cells["benchmark"] == benchmark].to_dict("records")
        _draw_panel(place, own, limits, matrix.held_out_test_of)
    names = [wrapped(ability, 23) for ability in matrix.abilities]
    axes[0, 0].set_yticks(range(len(names)), names)
    for first in axes[:, 0]:
        first.tick_params(axis="y", labelsize=6)
    axes[0, 0].set_ylim(len(names) - 0.3, -0.7)
    for lowest in style.lowest(axes, len(benchmarks)):
        lowest.tick_params(labelbottom=True)
        lowest.set_xlabel("AIS")
    style.title_above(figure, matrix.title)
    style.legend_below(figure, _legend(matrix))
    return figure


def caption(matrix: Matrix) -> str:
    """What the figure shows, in words, from the same data."""
    whose = f"of {matrix.shown_model} (masks: {matrix.masks_in_words})"
    if not matrix.defined:
        return f"No AIS {whose} to draw: {matrix.absent()}"
    significant = "the interval excludes 0"
    controls = ""
    if matrix.controlled:
        significant = f"it differs from the random masks of the same size (q < {SIGNIFICANCE})"
        controls = " Below it: the mean and range of these random masks."
    return (
        f"Every AIS {whose} with its interval. Filled and coloured (red: a loss, blue: a gain) "
        f"where {significant}.{controls} Square: the ability's held-out test. Arrow: the line "
        f"goes on beyond the axis. {matrix.absent()}"
    ).rstrip()


def _draw_panel(
    axes: Axes,
    cells: Sequence[Mapping[Any, Any]],
    limits: tuple[float, float],
    held_out_test_of: Mapping[str, str],
) -> None:
    """One benchmark; `limits` are those of AIS that all panels share."""
    low, high = limits
    margin = 0.06 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    axes.tick_params(length=2, width=0.5, labelbottom=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.axvline(0, color=style.MUTED, lw=0.6, zorder=0)
    for row, cell in enumerate(cells):
        if np.isfinite(cell["random_mean"]):
            span = cell["random_low"], cell["random_high"]
            _draw_span(axes, row + BELOW, span, limits, {"color": style.PALE, "lw": 0.8})
            mean = np.clip(cell["random_mean"], low, high)
            axes.plot(mean, row + BELOW, "|", color=style.PALE, ms=4)
        colour = _colour(cell)
        _draw_span(
            axes, row, (cell["ais_low"], cell["ais_high"]), limits, {"color": colour, "lw": 1.0}
        )
        axes.plot(
            np.clip(cell["ais"], low, high), row,
            "s" if held_out_test_of.get(cell["ability"]) == cell["benchmark"] else "o",
            color=colour, ms=3.2, mew=0.8,
            mfc="white" if colour == style.MUTED else colour,
        )  # fmt: skip


def _colour(cell: Mapping[Any, Any]) -> str:
    """Return the colour of the AIS's sign, or a grey one if the AIS is not significant."""
    q = cell["q_random"]
    around_zero = cell["ais_low"] <= 0 <= cell["ais_high"]
    if around_zero if np.isnan(q) else q >= SIGNIFICANCE:
        return style.MUTED
    return style.LOSS if cell["ais"] > 0 else style.GAIN


def _draw_span(
    axes: Axes,
    row: float,
    span: tuple[float, float],
    limits: tuple[float, float],
    line: Mapping[str, Any],
) -> None:
    """A horizontal line; where it goes on beyond the limits, an arrow head."""
    ends = np.clip(span, *limits)
    axes.plot(ends, [row, row], solid_capstyle="butt", **line)
    for beyond, end, marker in (
        (span[0] < limits[0], ends[0], "<"),
        (span[1] > limits[1], ends[1], ">"),
    ):
        if beyond:
            axes.plot(end, row, marker, color=line["color"], ms=3, mew=0)


def _legend(matrix: Matrix) -> list[Artist]:
    def marker(form: str, colour: str, face: str, label: str) -> Artist:
        return Line2D([], [], marker=form, ls="", ms=3.2, mew=0.8, color=colour, mfc=face,
                      label=label)  # fmt: skip

    marks = [
        marker("o", style.LOSS, style.LOSS, "significant loss"),
        marker("o", style.GAIN, style.GAIN, "significant gain"),
        marker("o", style.MUTED, "white", "neither"),
        marker("s", style.MUTED, "white", "the ability's held-out test"),
    ]
    if matrix.controlled:
        said = "random masks: mean, range"
        marks.append(Line2D([], [], color=style.PALE, lw=0.8, marker="|", ms=4, label=said))
    return marks
