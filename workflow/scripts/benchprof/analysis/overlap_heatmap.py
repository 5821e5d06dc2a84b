"""The heatmap of how far every two abilities' masks overlap."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import seaborn
from matplotlib.figure import Figure

from benchprof.report import style

# Inches.
ROW_HEIGHT = 0.3
LABEL_HEIGHT = 1.9
SEQUENTIAL = "rocket_r"


def draw_overlap(table: pd.DataFrame, title: str, targets: Sequence[Path]) -> None:
    """Draw a table of `overlap_table`, in the formats that the targets' suffixes name."""
    with style.styled():
        style.save_figure(overlap_figure(table, title), targets)


def overlap_figure(table: pd.DataFrame, title: str) -> Figure:
    """The figure of `draw_overlap`: above the diagonal nothing, since the matrix is symmetric."""
    abilities = list(dict.fromkeys([*table["ability_a"], *table["ability_b"]]))
    grid = table.pivot(index="ability_b", columns="ability_a", values="jaccard")
    grid = grid.reindex(index=abilities[1:], columns=abilities[:-1])
    figure = style.new_figure(LABEL_HEIGHT + ROW_HEIGHT * len(grid))
    axes = figure.subplots()
    most = max(table["jaccard"].max(), 0.001)
    seaborn.heatmap(
        grid, ax=axes, cmap=SEQUENTIAL, vmin=0, vmax=most,
        mask=grid.isna(), annot=True, fmt=".2f" if most > 0.1 else ".3f",
        annot_kws={"fontsize": 6.2}, linewidths=0.6, linecolor="white",
        cbar_kws={"label": "Jaccard index"},
    )  # fmt: skip
    axes.set_xticklabels([style.wrapped(a, 22) for a in grid.columns], rotation=90)
    axes.set_yticklabels([style.wrapped(a, 24) for a in grid.index], rotation=0)
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)
    axes.set_title(title, loc="left")
    low, high = table["chance"].min(), table["chance"].max()
    figure.supxlabel(
        f"By chance, with as many entries in each matrix: {low:.2g} to {high:.2g}.",
        x=0.01, ha="left", fontsize=6, color=style.INK,
    )  # fmt: skip
    return figure
