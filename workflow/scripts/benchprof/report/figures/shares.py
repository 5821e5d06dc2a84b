"""The heatmap of importance profiles: benchmarks by abilities, a row sums to 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib.figure import Figure

from benchprof.report import style
from benchprof.report.figure import Entry
from benchprof.report.names import readable, wrapped
from benchprof.report.numbers import number

# Inches.
ROW_HEIGHT = 0.30
LABEL_HEIGHT = 1.9
# From this share of the largest on, white text is easier to read on a cell than dark text.
DARK = 0.6


ENTRY = Entry(
    name="shares",
    title="Importance profiles",
    of="shares",
    draw="draw_shares",
    place=6,
)


def draw_shares(table: pd.DataFrame, targets: Sequence[Path]) -> None:
    """Draw one model's shares to each target, in the format that its suffix names.

    Args:
        table: the shares of `importance_profile.share`, of one model.
        targets: PNG, SVG, CSV and TXT files.
    """
    style.save_figure(lambda: shares_figure(table), caption(table), targets, table)


def shares_figure(table: pd.DataFrame) -> Figure:
    """The figure of `draw_shares`."""
    items = table.groupby("benchmark", sort=False)["n_items"].first()
    names, classes = list(items.index), list(table["ability"].unique())
    wide = table.pivot(index="benchmark", columns="ability", values="share")
    wide = wide.reindex(index=names, columns=classes)
    figure = style.new_figure(LABEL_HEIGHT + ROW_HEIGHT * len(names))
    axes = figure.subplots()
    texts = np.array([[number(value) for value in row] for row in wide.to_numpy()], dtype=object)
    most = float(wide.to_numpy().max())
    seaborn.heatmap(
        wide, ax=axes, cmap=style.SEQUENTIAL, vmin=0, vmax=most, annot=texts, fmt="",
        annot_kws={"fontsize": 6.2}, linewidths=0.6, linecolor="white",
        cbar_kws={"label": "Share", "fraction": 0.025, "pad": 0.02},
    )  # fmt: skip
    for text, value in zip(axes.texts, wide.to_numpy().ravel(), strict=True):
        text.set_color("white" if value > DARK * most else style.INK)
    labels = [f"{wrapped(str(name), 24)} ({items[name]:.0f})" for name in names]
    axes.set_yticks(np.arange(len(names)) + 0.5, labels, rotation=0)
    axes.set_xticks(
        np.arange(len(classes)) + 0.5, [wrapped(name, 22) for name in classes], rotation=90
    )
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)
    axes.set_title(f"Importance profiles of {table['model'].iloc[0]}", loc="left")
    return figure


def caption(table: pd.DataFrame) -> str:
    """What the figure shows, in words, from the same data."""
    largest = table.loc[table.groupby("benchmark", sort=False)["share"].idxmax()]
    said = "; ".join(
        f"{readable(row['benchmark'])}: {readable(row['ability'])} {number(row['share'])}"
        for row in largest.to_dict("records")
    )
    return (
        f"Importance profiles of {table['model'].iloc[0]}: the share of each ability in the "
        "neurons on which a benchmark's items rest. A row sums to 1. In brackets: number of items. "
        f"The largest share of each row: {said}."
    )
