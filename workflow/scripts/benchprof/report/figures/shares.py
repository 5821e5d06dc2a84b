"""The heatmap of item profiles: benchmarks by abilities, a row sums to 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchprof.report import style
from benchprof.report.figure import Entry
from benchprof.report.names import inline, model_name, readable, wrapped
from benchprof.report.numbers import number

# Inches.
ROW_HEIGHT = 0.30
LABEL_HEIGHT = 1.9

ENTRY = Entry(
    name="shares",
    title="Item profiles",
    of="shares",
    draw="draw_shares",
    place=6,
)


def draw_shares(table: pd.DataFrame, targets: Sequence[Path]) -> None:
    """Draw one model's shares to each target, in the format that its suffix names.

    Args:
        table: the shares of `item_profile.share`, of one model.
        targets: PNG, SVG, PDF, CSV and TXT files.
    """
    style.save_figure(lambda: shares_figure(table), caption(table), targets, table)


def shares_figure(table: pd.DataFrame) -> Figure:
    """The figure of `draw_shares`, with a panel for each thing that shares are read from."""
    parts = [part for _, part in table.groupby("read_from", sort=False)]
    height = LABEL_HEIGHT + ROW_HEIGHT * table["benchmark"].nunique()
    figure = style.new_figure(height * len(parts))
    for axes, part in zip(figure.subplots(len(parts), squeeze=False)[:, 0], parts, strict=True):
        _draw_panel(axes, part)
    return figure


def _draw_panel(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the shares that are read from one thing."""
    items = table.groupby("benchmark", sort=False)["n_items"].first()
    names, classes = list(items.index), list(table["ability"].unique())
    wide = table.pivot(index="benchmark", columns="ability", values="share")
    wide = wide.reindex(index=names, columns=classes)
    texts = np.array([[number(value) for value in row] for row in wide.to_numpy()], dtype=object)
    most = float(wide.to_numpy().max())
    seaborn.heatmap(
        wide, ax=axes, cmap=style.SEQUENTIAL, vmin=0, vmax=most, annot=texts, fmt="",
        annot_kws={"fontsize": 6.2}, linewidths=0.6, linecolor="white",
        cbar_kws={"label": "Share", "fraction": 0.025, "pad": 0.02},
    )  # fmt: skip
    for text, value in zip(axes.texts, wide.to_numpy().ravel(), strict=True):
        text.set_color("white" if value > style.DARK * most else style.INK)
    labels = [f"{wrapped(str(name), 24)} ({items[name]:.0f})" for name in names]
    axes.set_yticks(np.arange(len(names)) + 0.5, labels, rotation=0)
    axes.set_xticks(
        np.arange(len(classes)) + 0.5, [wrapped(name, 22) for name in classes], rotation=90
    )
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)
    model, read_from = table[["model", "read_from"]].iloc[0]
    axes.set_title(f"Item profiles of {model_name(model)}, from {inline(read_from)}", loc="left")


def caption(table: pd.DataFrame) -> str:
    """What the figure shows, in words, from the same data."""
    sentences = (
        f"Item profiles of {model_name(table['model'].iloc[0])}: how far a benchmark's items "
        "resemble those of each ability. A row sums to 1. In brackets: number of items."
    )
    for read_from, own in table.groupby("read_from", sort=False):
        largest = own.loc[own.groupby("benchmark", sort=False)["share"].idxmax()]
        rows = "; ".join(
            f"{readable(row['benchmark'])}: {readable(row['ability'])} {number(row['share'])}"
            for row in largest.to_dict("records")
        )
        sentences += f" From {inline(str(read_from))}, the largest share of each row: {rows}."
    return sentences
