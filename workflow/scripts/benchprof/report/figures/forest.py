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
from benchprof.report.names import wrapped
from benchprof.report.outcomes import full_caption

ENTRY = Entry(
    name="forest",
    title="Ability impact with intervals",
    of="matrix",
    draw="draw_forest",
    place=2,
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
    with style.styled():
        text = full_caption(caption(matrix), matrix)
        style.save_figure(forest_figure(matrix), text, targets, forest_numbers(matrix))


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
    figure, axes = style.panels([wrapped(own, 22) for own in benchmarks], panel, FRAME_HEIGHT)
    shown = cells[["ais", "ais_low", "ais_high", "random_low", "random_high"]].to_numpy(float)
    limits = style.limits(shown.ravel(), 0.1, WIDEST)
    for place, benchmark in zip(axes.flat, benchmarks, strict=False):
        own = cells[cells["benchmark"] == benchmark].to_dict("records")
        _draw_panel(place, own, limits, matrix.own)
    names = [wrapped(ability, 23) for ability in matrix.abilities]
    axes[0, 0].set_yticks(range(len(names)), names)
    for first in axes[:, 0]:
        first.tick_params(axis="y", labelsize=6)
    axes[0, 0].set_ylim(len(names) - 0.3, -0.7)
    for lowest in style.lowest(axes, len(benchmarks)):
        lowest.tick_params(labelbottom=True)
        lowest.set_xlabel("AIS")
    style.title_above(figure, matrix.title)
    style.legend_below(figure, _legend(matrix), 2, matrix.absent())
    return figure


def caption(matrix: Matrix) -> str:
    """What the figure shows, in words, from the same data."""
    whose = f"of {matrix.model} (masks: {matrix.masks_in_words})"
    if not matrix.defined:
        return f"No AIS {whose} to draw: {matrix.absent()}"
    controls = (
        " Below it, in grey: the mean and range of the random masks of the same size. "
        f"Filled: differs from them (q < {SIGNIFICANCE})."
    )
    return (
        f"Every AIS {whose} with its interval (red: a loss, blue: a gain, black: neither)."
        f"{controls if matrix.controlled else ''} Square: the ability's held-out test. Arrow: "
        "the line "
        f"goes on beyond the axis. {matrix.absent()}"
    ).rstrip()


def _draw_panel(
    axes: Axes,
    cells: Sequence[Mapping[Any, Any]],
    limits: tuple[float, float],
    own: Mapping[str, str],
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
            _draw_span(axes, row + BELOW, span, limits, {"color": style.MUTED, "lw": 0.8})
            mean = np.clip(cell["random_mean"], low, high)
            axes.plot(mean, row + BELOW, "|", color=style.MUTED, ms=4)
        colour = _colour(cell["ais"])
        _draw_span(
            axes, row, (cell["ais_low"], cell["ais_high"]), limits, {"color": colour, "lw": 1.0}
        )
        axes.plot(
            np.clip(cell["ais"], low, high), row,
            "s" if own.get(cell["ability"]) == cell["benchmark"] else "o",
            color=colour, ms=3.2, mew=0.8,
            mfc=colour if cell["q_random"] < SIGNIFICANCE else "white",
        )  # fmt: skip


def _colour(ais: float) -> str:
    """Return the colour of an AIS's sign, or that of the text if the AIS is exactly 0."""
    if ais == 0:
        return style.INK
    return style.LOSS if ais > 0 else style.GAIN


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
    def marker(form: str, face: str, label: str) -> Artist:
        return Line2D([], [], marker=form, ls="", ms=3.2, mew=0.8, color=style.INK, mfc=face,
                      label=label)  # fmt: skip

    own = marker("s", "white", "the ability's held-out test")
    if not matrix.controlled:
        return [own]
    return [
        marker("o", style.INK, f"differs from random masks (q < {SIGNIFICANCE})"),
        marker("o", "white", "does not"),
        own,
        Line2D([], [], color=style.MUTED, lw=0.8, marker="|", ms=4,
               label="random masks of the same size: mean, range"),
    ]  # fmt: skip
