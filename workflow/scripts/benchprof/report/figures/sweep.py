"""AIS against the mask fraction with the random controls; descriptive: no mask fraction is chosen
on benchmarks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from benchprof.report import style
from benchprof.report.figure import Entry
from benchprof.report.matrix import Matrix, matrix_of
from benchprof.report.names import readable
from benchprof.report.outcomes import full_caption

ENTRY = Entry(
    name="sweep",
    title="Ability impact against the mask fraction",
    of="curve",
    draw="draw_sweep",
    place=5,
    narrow=True,
)

# Inches.
PANEL_HEIGHT = 1.35
FRAME_HEIGHT = 1.35
MASK_FRACTION_HEIGHT = 0.6
# AIS beyond it leave the panel.
WIDEST = 2.0


def draw_sweep(table: pd.DataFrame, model: str, selection: str, targets: Sequence[Path]) -> None:
    """Draw the AIS of one model and selection at every mask fraction.

    Args:
        table: the AIS table; the headline metric is drawn.
        model: its name in the table.
        selection: the rule that made the masks.
        targets: PNG, SVG, PDF, CSV and TXT files.
    """
    numbers, matrix = sweep_numbers(table, model, selection), first_matrix(table, model, selection)
    text = full_caption(caption(table, model, selection), matrix)
    style.save_figure(lambda: sweep_figure(numbers, matrix), text, targets, numbers)


def first_matrix(table: pd.DataFrame, model: str, selection: str) -> Matrix:
    """The matrix at the first mask fraction: what was ablated and which AIS are missing is no
    matter of the mask fraction.
    """
    rows = table[(table["model"] == model) & (table["selection"] == selection)]
    return matrix_of(table, model, selection, rows["mask_fraction"].iloc[0], {})


def sweep_numbers(table: pd.DataFrame, model: str, selection: str) -> pd.DataFrame:
    """A row per (benchmark, mask fraction, ability), with mean, least and largest AIS of its
    controls.

    A calibrated mask fraction has its place among the numbers; where it is one of them, it is that
    one.
    """
    rows = table[(table["model"] == model) & (table["selection"] == selection)]
    named = rows[["mask_fraction", "mask_fraction_value"]].drop_duplicates()
    # The number itself before the word.
    named = named.assign(word=named["mask_fraction"] != named["mask_fraction_value"]).sort_values(
        "word"
    )
    mask_fractions = named.drop_duplicates("mask_fraction_value").sort_values(
        # Lists have a word in its place.
        "mask_fraction_value",
        key=lambda mask_fraction_value: pd.to_numeric(mask_fraction_value, errors="coerce"),
    )
    columns = ["benchmark", "mask_fraction", "mask_fraction_value", "ability", "metric",
               "ais", "ais_low", "ais_high",
               "random_mean", "random_low", "random_high", "reason"]  # fmt: skip
    matrices = [
        matrix_of(table, model, selection, mask_fraction, {})
        for mask_fraction in mask_fractions["mask_fraction"]
    ]
    return pd.concat([m.with_controls()[columns] for m in matrices], ignore_index=True)


def sweep_figure(numbers: pd.DataFrame, matrix: Matrix) -> Figure:
    """A panel per benchmark that has an AIS, a line per ability.

    Args:
        numbers: of `sweep_numbers`.
        matrix: of `first_matrix`.
    """
    benchmarks, title = matrix.defined, f"{matrix.shown_model}, {matrix.selection} masks"
    if not benchmarks:
        return style.note_figure(title, matrix.absent())
    abilities = list(numbers["ability"].unique())
    legend = _legend(abilities, _controlled(numbers))
    # Of a last row that is not full, the row above it has the names of the mask fraction as well.
    lines = len(legend) * style.LEGEND / style.width()
    frame = FRAME_HEIGHT + MASK_FRACTION_HEIGHT + 0.18 * lines
    figure, axes = style.panels([*map(readable, benchmarks)], PANEL_HEIGHT, frame)
    for place, benchmark in zip(axes.flat, benchmarks, strict=False):
        _draw_panel(place, numbers[numbers["benchmark"] == benchmark], abilities)
    shown = numbers[["ais", "random_low", "random_high"]].to_numpy(float).ravel()
    low, high = style.limits(shown, 0.1, WIDEST)
    axes[0, 0].set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    _label_axes(axes, list(numbers["mask_fraction_value"].unique()), len(benchmarks))
    style.title_above(figure, title)
    style.legend_below(figure, legend)
    return figure


def caption(table: pd.DataFrame, model: str, selection: str) -> str:
    """What the figure shows, in words, from the same data."""
    numbers, matrix = sweep_numbers(table, model, selection), first_matrix(table, model, selection)
    mask_fractions = ", ".join(numbers["mask_fraction_value"].unique())
    random = "Grey: mean and range of the random masks of the same size. "
    return (
        f"AIS of {matrix.shown_model} against the mask fraction ({mask_fractions}; masks: "
        f"{matrix.selection}). "
        f"{random if _controlled(numbers) else ''}The figure is only descriptive: the mask "
        f"fraction is configured or chosen on the calibration splits, never here. {matrix.absent()}"
    ).rstrip()


def _draw_panel(axes: Axes, rows: pd.DataFrame, abilities: Sequence[str]) -> None:
    axes.set_xscale("log")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2, width=0.5, labelbottom=False)
    axes.axhline(0, color=style.MUTED, lw=0.6, zorder=0)
    # Where each ability has its own controls, the band is all of them.
    mask_fraction_value = rows["mask_fraction_value"].astype(float)
    controls = rows.groupby(mask_fraction_value).agg(
        {"random_mean": "mean", "random_low": "min", "random_high": "max"}
    )
    axes.fill_between(
        controls.index, controls["random_low"], controls["random_high"], color=style.PALE, lw=0
    )
    axes.plot(controls.index, controls["random_mean"], color=style.MUTED, lw=1, ls="--")
    for ability, colour, marker in _looks(abilities):
        own = rows["ability"] == ability
        axes.plot(
            mask_fraction_value[own],
            rows.loc[own, "ais"],
            color=colour,
            marker=marker,
            ms=2.6,
            lw=0.8,
        )


def _looks(
    abilities: Sequence[str],
) -> list[tuple[str, tuple[float, float, float], str]]:
    """Each ability's colour and marker; the marker tells what a colour may not."""
    colours = style.palette(len(abilities))
    return [
        (ability, colour, style.MARKERS[place % len(style.MARKERS)])
        for place, (ability, colour) in enumerate(zip(abilities, colours, strict=True))
    ]


def _label_axes(axes: np.ndarray, mask_fractions: Sequence[str], panels: int) -> None:
    """Each mask fraction below the last panel of each column; names of both axes at the edge."""
    for lowest in style.lowest(axes, panels):
        lowest.set_xticks(
            [float(mask_fraction_value) for mask_fraction_value in mask_fractions], mask_fractions
        )
        lowest.tick_params(axis="x", labelbottom=True, labelrotation=90, labelsize=6)
        lowest.set_xlabel("mask fraction")
    # Also where nothing is drawn.
    values = [float(mask_fraction_value) for mask_fraction_value in mask_fractions]
    axes.flat[0].set_xlim(min(values) / 1.3, max(values) * 1.3)
    for panel in axes.flat[:panels]:
        panel.minorticks_off()
    for row in axes[:, 0]:
        row.set_ylabel("AIS")


def _controlled(numbers: pd.DataFrame) -> bool:
    return bool(numbers["random_mean"].notna().any())


def _legend(abilities: Sequence[str], controlled: bool) -> list[Artist]:
    lines: list[Artist] = [
        Line2D([], [], color=colour, marker=marker, ms=2.6, lw=0.8, label=readable(ability))
        for ability, colour, marker in _looks(abilities)
    ]
    if not controlled:
        return lines
    return [
        *lines,
        Line2D([], [], color=style.MUTED, lw=1, ls="--", label="random masks, mean"),
        Patch(color=style.PALE, label="random masks, range"),
    ]
