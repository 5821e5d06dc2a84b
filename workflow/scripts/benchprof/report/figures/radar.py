"""Radars: the profile of each benchmark, losses and gains shaded differently."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from benchprof.report import style
from benchprof.report.figure import Entry
from benchprof.report.matrix import Matrix
from benchprof.report.names import codes, inline, readable, wrapped
from benchprof.report.outcomes import full_caption

ENTRY = Entry(
    name="radar",
    title="Profiles of benchmarks",
    of="matrix",
    draw="draw_radars",
    place=3,
    narrow=True,
    each_benchmark=True,
)

LEAST_ABILITIES = 3
# AIS beyond it are drawn at the rim.
WIDEST = 1.5
# Inches.
PANEL_HEIGHT = 2.05
SINGLE_HEIGHT = 3.6
FRAME_HEIGHT = 1.2
LEGEND_ENTRY = 1.7
RINGS = (-1.0, -0.5, 0.5, 1.0)
# Points of the outline between two abilities.
STEPS = 12


def draw_radars(
    matrix: Matrix, targets: Sequence[Path], singles: Mapping[str, Sequence[Path]]
) -> None:
    """Draw all benchmarks' profiles on one page and each on its own.

    Args:
        matrix: as of `heatmap.draw_heatmap`.
        targets: PNG, SVG, PDF, CSV and TXT files of the page.
        singles: the same by benchmark.
    """
    numbers = radar_numbers(matrix)
    text = full_caption(caption(matrix), matrix)
    style.save_figure(lambda: radar_page(matrix), text, targets, numbers)
    for benchmark, files in singles.items():
        own = numbers[numbers["benchmark"] == benchmark]
        text = single_caption(matrix, benchmark)
        style.save_figure(partial(single_radar, matrix, benchmark), text, files, own)


def radar_numbers(matrix: Matrix) -> pd.DataFrame:
    """A row per cell; the random controls' mean is the grey outline."""
    columns = ["benchmark", "ability", "metric", "ais", "ais_low", "ais_high", "random_mean",
               "reason"]  # fmt: skip
    return matrix.with_controls()[columns]


def radar_page(matrix: Matrix) -> Figure:
    """The radar of every benchmark that has an AIS."""
    if nothing := _nothing(matrix):
        return style.note_figure(matrix.title, nothing)
    shown = matrix.defined
    short = codes(matrix.abilities)
    key = ", ".join(f"{code} {inline(a)}" for a, code in short.items())
    limits, columns = _limits(matrix), int(style.width() / style.PANEL)
    rows = math.ceil(len(shown) / columns)
    height = FRAME_HEIGHT + rows * PANEL_HEIGHT + style.key_height(key)
    figure = style.new_figure(height)
    for place, benchmark in enumerate(shown, start=1):
        # As many columns for a single radar: it is not to fill the page.
        axes = figure.add_subplot(rows, columns, place, projection="polar")
        _draw(axes, matrix, benchmark, limits, list(short.values()))
        axes.set_title(wrapped(benchmark, 22), fontsize=7, pad=9)
    style.title_above(figure, matrix.title)
    style.legend_below(figure, _legend(matrix), key, LEGEND_ENTRY)
    return figure


def single_radar(matrix: Matrix, benchmark: str) -> Figure:
    """One benchmark's radar with the abilities' names and the intervals."""
    title = f"{readable(benchmark)}, {matrix.title}"
    if benchmark not in matrix.defined:
        return style.note_figure(title, "No AIS.")
    if nothing := _nothing(matrix):
        return style.note_figure(title, nothing)
    figure = style.new_figure(SINGLE_HEIGHT)
    axes = figure.add_subplot(projection="polar")
    names = [wrapped(ability, 18) for ability in matrix.abilities]
    limits = _limits(matrix)
    _draw(axes, matrix, benchmark, limits, names)
    cells = matrix.cells[matrix.cells["benchmark"] == benchmark]
    low, high = np.clip(cells[["ais_low", "ais_high"]].to_numpy(float).T, *limits)
    axes.vlines(_angles(len(names)), low, high, color=style.INK, lw=0.8)
    _place_names(axes)
    style.title_above(figure, title)
    style.legend_below(figure, _legend(matrix), entry=LEGEND_ENTRY)
    return figure


def caption(matrix: Matrix) -> str:
    """What the figure shows, in words, from the same data."""
    if nothing := _nothing(matrix):
        return nothing
    return (
        f"The profile of each benchmark under {matrix.shown_model} (masks: "
        f"{matrix.masks_in_words}). {_reading(matrix)} {matrix.absent()}"
    ).rstrip()


def single_caption(matrix: Matrix, benchmark: str) -> str:
    """What a benchmark's own radar shows or, where it has no AIS, why there is none."""
    under = f"{matrix.shown_model} (masks: {matrix.masks_in_words})"
    start = f"The profile of {readable(benchmark)} under {under}."
    if reason := matrix.reasons().get(benchmark):
        return f"{start} No AIS: {reason}."
    if nothing := _nothing(matrix):
        return nothing
    return f"{start} {_reading(matrix)} Lines: intervals."


def _reading(matrix: Matrix) -> str:
    """How to read a radar."""
    random = "Dotted: the mean of the random masks. " if matrix.controlled else ""
    return (
        "The distance from the dashed ring of zero is the AIS: losses are outside, gains hatched "
        f"inside. {random}{_rings(_limits(matrix))} AIS beyond the centre or the rim are drawn "
        "there."
    )


def _nothing(matrix: Matrix) -> str:
    """Why there is no radar at all; empty where there is one."""
    count = len(matrix.abilities)
    if count < LEAST_ABILITIES:
        return f"No radar: it needs {LEAST_ABILITIES} abilities, and there are only {count}."
    return "" if matrix.defined else f"No radar: {matrix.absent()}"


def _limits(matrix: Matrix) -> tuple[float, float]:
    """The same for all benchmarks, so that radars compare; a third below the lowest is centre."""
    low, high = style.limits(matrix.cells["ais"].astype(float), 0.3, WIDEST)
    return low - 0.1 * (high - low), high


def _angles(count: int) -> np.ndarray:
    return np.linspace(0, 2 * np.pi, count, endpoint=False)


def _draw(
    axes: Any,
    matrix: Matrix,
    benchmark: str,
    limits: tuple[float, float],
    names: Sequence[str],
) -> None:
    """One profile on polar axes; `limits` are the values at the centre and at the rim."""
    numbers = radar_numbers(matrix)
    cells = numbers[numbers["benchmark"] == benchmark]
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_ylim(*limits)
    angle, values = _outline(cells["ais"].to_numpy(float), limits)
    axes.fill_between(angle, 0, values, where=list(values >= 0), color=style.LOSS, alpha=0.45, lw=0)
    axes.fill_between(
        angle, 0, values, where=list(values <= 0), facecolor=style.GAIN, alpha=0.45, lw=0,
        hatch=style.HATCH,
    )  # fmt: skip
    axes.plot(angle, values, color=style.INK, lw=0.8)
    axes.plot(np.linspace(0, 2 * np.pi, 200), np.zeros(200), color=style.INK, lw=0.6, ls="--")
    random = cells["random_mean"].to_numpy(float)
    if np.isfinite(random).all():
        axes.plot(*_outline(random, limits), color=style.MUTED, lw=0.8, ls=":")
    axes.set_xticks(_angles(len(names)), names, fontsize=6)
    ticks = [t for t in RINGS if limits[0] < t < limits[1]]
    axes.set_yticks(ticks, [""] * len(ticks))
    axes.tick_params(pad=-1)
    axes.grid(color=style.PALE, lw=0.4)
    axes.spines["polar"].set_linewidth(0.4)


def _outline(values: np.ndarray, limits: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """The closed outline: between two abilities the distance changes evenly with the angle."""
    closed = np.append(np.clip(values, *limits), np.clip(values[0], *limits))
    corners = np.linspace(0, 2 * np.pi, len(closed))
    angle = np.linspace(0, 2 * np.pi, STEPS * len(values) + 1)
    return angle, np.interp(angle, corners, closed)


def _place_names(axes: Any) -> None:
    """Names beside the rim, not across it: right of it they begin there, left of it they end."""
    for label, angle in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True):
        side = math.sin(angle)
        label.set_ha("center" if abs(side) < 0.05 else "left" if side > 0 else "right")


def _legend(matrix: Matrix) -> list[Artist]:
    lines: list[Artist] = [
        Patch(facecolor=style.LOSS, alpha=0.45, label="lost (AIS > 0)"),
        Patch(facecolor=style.GAIN, alpha=0.45, hatch=style.HATCH, label="gained (AIS < 0)"),
        Line2D([], [], color=style.INK, lw=0.6, ls="--", label="AIS of 0"),
    ]
    if matrix.controlled:
        said = "random masks, mean"
        lines.append(Line2D([], [], color=style.MUTED, lw=0.8, ls=":", label=said))
    return lines


def _rings(limits: tuple[float, float]) -> str:
    """What the grey circles are."""
    rings = ", ".join(f"{t:g}" for t in RINGS if limits[0] < t < limits[1])
    return f"Grey rings: AIS of {rings}." if rings else f"The rim: AIS of {limits[1]:.2f}."
