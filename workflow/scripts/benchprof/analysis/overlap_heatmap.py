"""The heatmap of how far every two abilities' masks overlap."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import seaborn
from matplotlib.figure import Figure

from benchprof.report import style
from benchprof.report.names import wrapped

# Inches.
ROW_HEIGHT = 0.3
LABEL_HEIGHT = 1.9


def draw_overlap(table: pd.DataFrame, title: str, targets: Sequence[Path]) -> None:
    """Draw a table of `overlap_table`, in the formats that the targets' suffixes name."""
    style.save_figure(lambda: overlap_figure(table, title), f"{title}. {caption(table)}", targets)


def overlap_figure(table: pd.DataFrame, title: str) -> Figure:
    """The figure of `draw_overlap`: above the diagonal nothing, since the matrix is symmetric."""
    abilities = list(dict.fromkeys([*table["ability_a"], *table["ability_b"]]))
    grid = table.pivot(index="ability_b", columns="ability_a", values="jaccard")
    grid = grid.reindex(index=abilities[1:], columns=abilities[:-1])
    figure = style.new_figure(LABEL_HEIGHT + ROW_HEIGHT * len(grid))
    axes = figure.subplots()
    most = max(table["jaccard"].max(), 0.001)
    seaborn.heatmap(
        grid, ax=axes, cmap=style.SEQUENTIAL, vmin=0, vmax=most,
        mask=grid.isna(), annot=True, fmt=".2f" if most > 0.1 else ".3f",
        annot_kws={"fontsize": 6.2}, linewidths=0.6, linecolor="white",
        cbar_kws={"label": "Jaccard index"}, xticklabels=True, yticklabels=True,
    )  # fmt: skip
    axes.set_xticklabels([wrapped(a, 22) for a in grid.columns], rotation=90)
    axes.set_yticklabels([wrapped(a, 24) for a in grid.index], rotation=0)
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)
    axes.set_title(title, loc="left")
    style.key_below(figure, f"By chance: {_chance(table)}.")
    return figure


def caption(table: pd.DataFrame) -> str:
    """What the figure shows, in words, from the same data."""
    return (
        "How much each pair of abilities' masks overlaps: the entries that both hold as a share of "
        "those that either holds (Jaccard index). Masks drawn at random with as many entries in "
        f"each matrix give {_chance(table)}."
    )


def _chance(table: pd.DataFrame) -> str:
    return f"{table['chance'].min():.2g} to {table['chance'].max():.2g}"
