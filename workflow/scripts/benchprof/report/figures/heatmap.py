"""The AIS heatmap of one model: benchmarks by abilities, the random controls beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.report import style
from benchprof.report.figure import Entry
from benchprof.report.matrix import BROKEN, Matrix
from benchprof.report.names import wrapped
from benchprof.report.numbers import number, span
from benchprof.report.outcomes import full_caption

ENTRY = Entry(
    name="impact",
    title="Ability impact",
    of="matrix",
    draw="draw_heatmap",
    place=1,
)

# At an AIS of 1 all that the model knows above guessing is gone; colours saturate there, so that
# one extreme cell does not bleach all others.
COLOUR_LIMIT = 1.0
# From this share of the limit on, white text is easier to read on a cell than dark text.
DARK = 0.6
# Inches.
ROW_HEIGHT = 0.30
LABEL_HEIGHT = 1.9


def draw_heatmap(matrix: Matrix, targets: Sequence[Path]) -> None:
    """Draw every AIS and write it to each target, in the format that its suffix names.

    Args:
        matrix: of one model, selection and mask fraction, in the headline metric.
        targets: PNG, SVG, CSV and TXT files.
    """
    with style.styled():
        text = full_caption(caption(matrix), matrix)
        style.save_figure(heatmap_figure(matrix), text, targets, matrix.numbers())


def heatmap_figure(matrix: Matrix) -> Figure:
    """The figure of `draw_heatmap`."""
    names, key = _rows(matrix), " ".join(_signs(matrix))
    figure = style.new_figure(LABEL_HEIGHT + ROW_HEIGHT * len(names) + style.key_height(key))
    # A row that stands for several benchmarks has no values.
    values = matrix.grid("ais").astype(float).reindex(names)
    controls = matrix.control_grid().astype(float).reindex(names)
    limit = _limit(values, controls)
    # Without controls their block keeps a sliver, which the axes of nothing need.
    columns = len(matrix.abilities) + controls.shape[1]
    widths = [len(matrix.abilities), controls.shape[1] or 0.01, 0.025 * columns]
    left, right, bar = figure.subplots(1, 3, width_ratios=widths)
    marks = matrix.marked().map(lambda marked: "*" if marked else "")
    marks += matrix.broken().map(lambda flagged: BROKEN if flagged else "")
    _draw(left, values, marks.reindex(names, fill_value=""), limit, bar)
    left.set_yticklabels(_labels(names, matrix), rotation=0)
    left.set_title(matrix.title, loc="left")
    for ability, benchmark in matrix.own.items():
        if benchmark in names:
            place = matrix.abilities.index(ability), names.index(benchmark)
            left.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=style.INK, linewidth=1.1))
    if controls.shape[1]:
        _draw(right, controls, pd.DataFrame("", controls.index, controls.columns), limit, None)
        right.set_yticks([])
    else:
        right.remove()
    bar.set_ylabel(f"AIS: {matrix.metrics()}")
    bar.tick_params(length=2, width=0.5)
    style.key_below(figure, key)
    return figure


def caption(matrix: Matrix) -> str:
    """What the figure shows, in words, from the same data."""
    count = span(*(str(int(matrix.cells["n"].agg(end))) for end in ("min", "max")))
    parts = [
        f"Ability Impact Scores of {matrix.model} (masks: {matrix.masks_in_words}; "
        f"{matrix.metrics()}; {count} items a benchmark).",
        "Red: the model loses under the ability's mask; blue: it gains.",
        *_signs(matrix),
        matrix.absent(),
    ]
    return " ".join(filter(None, parts))


def _rows(matrix: Matrix) -> list[str]:
    """The benchmarks; where most have no AIS, one row stands for all of these."""
    defined = matrix.defined
    without = len(matrix.benchmarks) - len(defined)
    if without <= len(defined):
        return list(matrix.benchmarks)
    others = "other " if defined else ""
    return [*defined, f"No AIS: {without} {others}benchmark{'s' * (without > 1)}"]


def _labels(names: Sequence[str], matrix: Matrix) -> list[str]:
    """The rows' names with how many items each has."""
    items = matrix.cells.groupby("benchmark", sort=False)["n"].first()
    return [
        f"{wrapped(name, 24)} ({items[name]:.0f})" if name in items else wrapped(name, 24)
        for name in names
    ]


def _signs(matrix: Matrix) -> list[str]:
    """What the signs mean that the figure has."""
    parts = ["In brackets: number of items."] if matrix.defined else []
    if matrix.controlled:
        parts.append(f"* differs from the random masks of the same size (q < {SIGNIFICANCE}).")
    if set(matrix.own.values()) & set(_rows(matrix)):
        parts.append("Framed: the ability's held-out test.")
    if matrix.reasons():
        parts.append("Hatched: no AIS.")
    if matrix.broken().any(axis=None):
        parts.append(f"{BROKEN} ablated model broken as a whole: names no ability.")
    return parts


def _limit(values: pd.DataFrame, controls: pd.DataFrame) -> float:
    shown = np.abs(np.concatenate([values.to_numpy().ravel(), controls.to_numpy().ravel()]))
    finite = shown[np.isfinite(shown)]
    largest = float(finite.max()) if len(finite) else 0.0
    return float(np.clip(largest, 0.1, COLOUR_LIMIT))


def _draw(
    axes: Axes, values: pd.DataFrame, marks: pd.DataFrame, limit: float, bar: Axes | None
) -> None:
    """One block of cells; the colour bar goes to `bar`, where there is one."""
    texts = [
        [_text(v, m) for v, m in zip(*rows, strict=True)]
        for rows in zip(values.to_numpy(), marks.to_numpy(), strict=True)
    ]
    seaborn.heatmap(
        values, ax=axes, cmap=style.DIVERGING, center=0, vmin=-limit, vmax=limit,
        mask=values.isna(), annot=np.array(texts, dtype=object), fmt="",
        annot_kws={"fontsize": 6.2}, linewidths=0.6, linecolor="white",
        cbar=bar is not None, cbar_ax=bar,
        cbar_kws={"extend": "both" if limit == COLOUR_LIMIT else "neither"},
    )  # fmt: skip
    shown = values.to_numpy()[values.notna().to_numpy()]
    for text, value in zip(axes.texts, shown, strict=True):
        text.set_color("white" if abs(value) > DARK * limit else style.INK)
    for row, column in np.argwhere(values.isna().to_numpy()):
        axes.add_patch(
            Rectangle((column, row), 1, 1, facecolor=style.UNDEFINED, hatch=style.HATCH, lw=0.6,
                      edgecolor="white")
        )  # fmt: skip
    axes.set_xticks(
        np.arange(values.shape[1]) + 0.5,
        [wrapped(str(name), 22) for name in values.columns],
        rotation=90,
    )
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)


def _text(value: float, marks: str) -> str:
    """A cell's annotation; large values have fewer decimals, since they need the room."""
    decimals = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return number(value, decimals) + marks
