"""Similarity of every two models' profiles, benchmark by benchmark, against pure noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from benchprof.ablation import and_mask_fraction
from benchprof.report import style
from benchprof.report.figure import Entry
from benchprof.report.matrix import similarity_of
from benchprof.report.names import model_name, wrapped
from benchprof.report.numbers import interval, number

ENTRY = Entry(
    name="similarity",
    title="Similarity of models",
    of="models",
    draw="draw_similarity",
    place=7,
    narrow=True,
)

# Inches.
BAR_HEIGHT = 0.16
GROUP_GAP = 0.14
FRAME_HEIGHT = 1.2
LEGEND_LINE = 0.16
# Names of models are long.
LEGEND_ENTRY = 3.5


def draw_similarity(
    table: pd.DataFrame, selection: str, mask_fraction: str, targets: Sequence[Path]
) -> None:
    """Draw the similarities under one selection and mask fraction, to each target by its suffix.

    Args:
        table: the table of similarities (`profile.comparison.similarity_rows`).
        selection: the rule that made the masks.
        mask_fraction: as the table has it.
        targets: PNG, SVG, PDF, CSV and TXT files.

    Raises:
        ValueError: the table has no such rows.
    """
    rows = similarity_of(table, selection, mask_fraction)
    if rows.empty:
        raise ValueError(f"the table of similarities has no {selection}, {mask_fraction}")
    numbers = rows.drop(columns="pair")
    style.save_figure(lambda: similarity_figure(rows), caption(rows), targets, numbers)


def similarity_figure(rows: pd.DataFrame) -> Figure:
    """The figure of `draw_similarity`, from the rows of `similarity_of`."""
    benchmarks, pairs = list(rows["benchmark"].unique()), list(rows["pair"].unique())
    group = BAR_HEIGHT * max(len(pairs), 2) + GROUP_GAP
    legend = LEGEND_LINE * (2 + (len(pairs) + 2) * LEGEND_ENTRY / style.width())
    figure = style.new_figure(FRAME_HEIGHT + group * len(benchmarks) + legend)
    axes = figure.subplots()
    colours = style.palette(len(pairs))
    for place, benchmark in enumerate(benchmarks):
        _draw_group(axes, place, rows[rows["benchmark"] == benchmark], pairs, colours)
    axes.set_yticks(range(len(benchmarks)), [wrapped(b, 28) for b in benchmarks])
    axes.set_ylim(len(benchmarks) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xlabel("Profile similarity")
    selection, mask_fraction = rows.iloc[0][["selection", "mask_fraction"]]
    style.title_above(
        figure, f"Similarity of models: {selection} masks{and_mask_fraction(mask_fraction)}"
    )
    axes.tick_params(length=2, width=0.5)
    seaborn.despine(ax=axes)
    named = [
        " and ".join(map(model_name, own))
        for own in rows[["model_a", "model_b"]].drop_duplicates().to_numpy()
    ]
    handles: list[Artist] = [Patch(color=c, label=p) for p, c in zip(named, colours, strict=True)]
    if rows["similarity_low"].notna().any():
        handles.append(Line2D([], [], color=style.INK, lw=1.0, label="95% interval"))
    handles.append(Patch(color=style.PALE, label="pure noise: median, 2.5% to 97.5%"))
    style.legend_below(figure, handles, entry=LEGEND_ENTRY)
    return figure


def caption(rows: pd.DataFrame) -> str:
    """What the figure shows, in words, from the same data."""
    above = int((rows["similarity"] > rows["noise_high"]).sum())
    defined = int(rows["similarity"].notna().sum())
    reasons = rows.loc[rows["similarity"].isna(), "reason"].value_counts(sort=False)
    without = "".join(f" Undefined ({count}): {reason}." for reason, count in reasons.items())
    if not defined:
        return f"Similarity of two models' profiles of one benchmark.{without}"
    null = interval(rows["noise_low"].min(), rows["noise_high"].max())
    return (
        "Similarity of two models' profiles of one benchmark (1 less their Jensen-Shannon "
        "divergence): 1 means the same preference among abilities. Lines: 95% intervals. Grey: the "
        f"median and the central 95% of pairs of pure noise ({null}). Above the band of that pair: "
        f"{above} of {defined}.{without}"
    )


def _draw_group(
    axes: Axes,
    place: int,
    rows: pd.DataFrame,
    pairs: Sequence[str],
    colours: Sequence[tuple[float, float, float]],
) -> None:
    """One benchmark: the noise band and, over it, a bar with its interval per pair."""
    full = 0.82
    # Of right-or-wrong scores each pair has noise of its own.
    low, high = rows["noise_low"].min(), rows["noise_high"].max()
    if np.isfinite(low):
        axes.add_patch(
            Rectangle((low, place - full / 2), high - low, full, color=style.PALE, zorder=0, lw=0)
        )
        axes.vlines(rows["noise_median"].median(), place - full / 2, place + full / 2,
                    color=style.MUTED, lw=0.8, zorder=3)  # fmt: skip
    height = full / max(len(pairs), 2)
    start = place - height * (len(pairs) - 1) / 2
    for row in rows.to_dict("records"):
        order = pairs.index(str(row["pair"]))
        middle = start + order * height
        if np.isnan(row["similarity"]):
            axes.text(0.006, middle, "undefined", va="center", fontsize=6)
            continue
        axes.barh(middle, row["similarity"], height * 0.72, color=colours[order], zorder=2)
        if np.isfinite(row["similarity_low"]):
            ends = row["similarity_low"], row["similarity_high"]
            # The light line below keeps the dark one visible on a dark bar.
            axes.hlines(middle, *ends, color="white", lw=2.4, zorder=4)
            axes.hlines(middle, *ends, color=style.INK, lw=1.0, zorder=5)
        axes.text(1.008, middle, number(float(row["similarity"])), va="center", fontsize=6)
