"""The AIS heatmap of one model: benchmarks by abilities, the random controls beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from benchprof.profile.criteria import FEW_ITEMS, SIGNIFICANCE
from benchprof.report import style
from benchprof.report.figure import Entry
from benchprof.report.matrix import BROKEN, Matrix
from benchprof.report.names import wrapped
from benchprof.report.numbers import drawn, span
from benchprof.report.outcomes import full_caption, mostly_undefined

ENTRY = Entry(
    name="impact",
    title="Ability impact",
    of="matrix",
    draw="draw_heatmap",
    place=1,
    narrow=True,
)

# At an AIS of 1 all that the model knows above guessing is gone; colours saturate there, so that
# one extreme cell does not bleach all others.
COLOUR_LIMIT = 1.0
# Inches: of a row, and of all that is around the cells.
ROW_HEIGHT = 0.24
FRAME_HEIGHT, FRAME_WIDTH = 2.1, 1.6
# Inches: a narrower cell has no room for its number.
NUMBER_WIDTH = 0.3
# In cells: before the column of the random masks, and its width with numbers.
GAP, CONTROLS = 0.3, 2.2


def draw_heatmap(matrix: Matrix, targets: Sequence[Path]) -> None:
    """Draw every AIS and write it to each target, in the format that its suffix names.

    Args:
        matrix: of one model, selection and mask fraction, in the headline metric.
        targets: PNG, SVG, PDF, CSV and TXT files.
    """
    text = full_caption(caption(matrix), matrix)
    style.save_figure(lambda: heatmap_figure(matrix), text, targets, matrix.numbers())


def heatmap_figure(matrix: Matrix) -> Figure:
    """The figure of `draw_heatmap`."""
    if nothing := mostly_undefined(matrix):
        return style.note_figure(matrix.title, nothing)
    tops, abilities = _tops(matrix), len(matrix.abilities)
    depth = max(tops.values()) + 1
    figure = style.new_figure(FRAME_HEIGHT + ROW_HEIGHT * depth)
    axes = figure.subplots()
    numbered = (style.width() - FRAME_WIDTH) / (abilities + CONTROLS) >= NUMBER_WIDTH
    width = (CONTROLS if numbered else 1.0) if matrix.controlled else -GAP
    axes.set(xlim=(0, abilities + GAP + width), ylim=(depth, 0))
    limit = _limit(matrix)
    _draw_abilities(axes, matrix, tops, limit, numbered)
    if matrix.controlled:
        _draw_controls(axes, matrix, tops, limit, numbered)
    _label(axes, matrix, tops, width)
    style.title_above(figure, matrix.title)
    colours = ScalarMappable(Normalize(-limit, limit), style.DIVERGING)
    extend = "both" if limit == COLOUR_LIMIT else "neither"
    style.scale_below(figure, axes, colours, "AIS (grey: the interval includes 0)", extend)
    return figure


def caption(matrix: Matrix) -> str:
    """What the figure shows, in words, from the same data."""
    if nothing := mostly_undefined(matrix):
        return nothing
    count = span(*(str(int(matrix.cells["n"].agg(end))) for end in ("min", "max")))
    parts = [
        f"Ability Impact Scores of {matrix.shown_model} (masks: {matrix.masks_in_words}; "
        f"{matrix.metrics()}; {count} items a benchmark).",
        "Red: the model loses under the ability's mask; blue: it gains; grey: the interval "
        "includes 0. In brackets: number of items.",
        *_signs(matrix),
        matrix.absent(),
    ]
    return " ".join(filter(None, parts))


def _signs(matrix: Matrix) -> list[str]:
    """What the signs mean that the figure has."""
    parts = []
    if matrix.controlled:
        parts.append(
            "Random masks: the range of their AIS, coloured by its mean. * (not in grey cells): "
            f"differs from the random masks of the same size (q < {SIGNIFICANCE})."
        )
    if matrix.held_out_test_of:
        parts.append("Framed: the ability's held-out test.")
    if matrix.reasons():
        parts.append("Hatched: no AIS.")
    if matrix.broken().any(axis=None):
        parts.append(f"{BROKEN} ablated model broken as a whole: names no ability.")
    return parts


def _items(matrix: Matrix) -> dict[str, int]:
    items = matrix.cells.drop_duplicates("benchmark")
    return dict(zip(items["benchmark"], items["n"].astype(int), strict=True))


def _tops(matrix: Matrix) -> dict[str, float]:
    """Where each benchmark's row begins, in rows; those of few items follow after a gap."""
    items = _items(matrix)
    few = [name for name in matrix.benchmarks if items[name] < FEW_ITEMS]
    many = [name for name in matrix.benchmarks if name not in few]
    places = [*range(len(many)), *(len(many) + 1 + place for place in range(len(few)))]
    return dict(zip([*many, *few], map(float, places), strict=True))


def _limit(matrix: Matrix) -> float:
    """The AIS at which colours saturate, on both sides of 0."""
    shown = np.abs([*matrix.cells["ais"], *matrix.control_ranges()["mean"]])
    largest = max(shown[np.isfinite(shown)], default=0.0)
    return float(np.clip(largest, 0.1, COLOUR_LIMIT))


def _draw_abilities(
    axes: Axes,
    matrix: Matrix,
    tops: Mapping[str, float],
    limit: float,
    numbered: bool,
) -> None:
    """A cell for each benchmark and ability; the ability's held-out test has a frame."""
    for row in matrix.cells.to_dict("records"):
        ability, benchmark = row["ability"], row["benchmark"]
        place = matrix.abilities.index(ability), tops[benchmark]
        ends = row["ais_low"], row["ais_high"]
        text = _text(row["ais"]) if numbered else ""
        text += "*" if row["q_random"] < SIGNIFICANCE and not _around_zero(ends) else ""
        text += BROKEN if row["flag_code"] else ""
        _draw_cell(axes, (*place, 1.0), row["ais"], ends, text, limit)
        if matrix.held_out_test_of.get(ability) == benchmark:
            axes.add_patch(
                Rectangle(place, 1, 1, fill=False, edgecolor=style.INK, lw=1.1, zorder=3)
            )


def _draw_controls(
    axes: Axes,
    matrix: Matrix,
    tops: Mapping[str, float],
    limit: float,
    numbered: bool,
) -> None:
    """One column, with the range of all random masks."""
    left, width = len(matrix.abilities) + GAP, CONTROLS if numbered else 1.0
    for benchmark, row in matrix.control_ranges().iterrows():
        ends = row["least"], row["most"]
        text = span(*map(_text, ends)) if numbered else ""
        _draw_cell(axes, (left, tops[str(benchmark)], width), row["mean"], ends, text, limit)


def _draw_cell(
    axes: Axes,
    place: tuple[float, float, float],
    value: float,
    ends: tuple[float, float],
    text: str,
    limit: float,
) -> None:
    """A cell at left, top and width: coloured by its value unless the ends are around 0."""
    left, top, width = place
    look: dict[str, Any] = {"edgecolor": "white", "lw": 0.6}
    if np.isnan(value):
        cell = Rectangle((left, top), width, 1, fc=style.UNDEFINED, hatch=style.HATCH, **look)
        axes.add_patch(cell)
        return
    neutral = _around_zero(ends)
    colour = style.NEUTRAL if neutral else colormaps[style.DIVERGING](0.5 + value / limit / 2)
    axes.add_patch(Rectangle((left, top), width, 1, facecolor=colour, **look))
    dark = not neutral and abs(value) > style.DARK * limit
    ink = "white" if dark else style.MUTED if neutral else style.INK
    middle = left + width / 2, top + 0.52
    axes.text(*middle, text, ha="center", va="center", fontsize=6.2, color=ink)


def _around_zero(ends: tuple[float, float]) -> bool:
    return ends[0] <= 0 <= ends[1]


def _label(axes: Axes, matrix: Matrix, tops: Mapping[str, float], width: float) -> None:
    """The names of rows and columns, and what tells the last rows from the others."""
    items = _items(matrix)
    names = [f"{wrapped(name, 24)} ({items[name]})" for name in tops]
    axes.set_yticks([top + 0.5 for top in tops.values()], names)
    places = [*(np.arange(len(matrix.abilities)) + 0.5), len(matrix.abilities) + GAP + width / 2]
    masks = matrix.controls.drop_duplicates(["ability", "seed"])
    columns = [wrapped(name, 22) for name in matrix.abilities]
    columns.append("Random mask" if len(masks) == 1 else f"Random masks ({len(masks)})")
    shown = len(places) if matrix.controlled else len(places) - 1
    axes.set_xticks(places[:shown], columns[:shown], rotation=90, linespacing=0.95)
    axes.tick_params(length=0, labelsize=6)
    axes.spines[:].set_visible(False)
    few = [top for name, top in tops.items() if items[name] < FEW_ITEMS]
    if few:
        said = f"Fewer than {FEW_ITEMS} items"
        axes.text(0, min(few) - 0.1, said, va="bottom", fontsize=6.5, color=style.MUTED)


def _text(value: float) -> str:
    """A cell's number; large values have fewer decimals, since they need the room."""
    decimals = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return drawn(value, decimals)
