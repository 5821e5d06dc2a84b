"""The curve of the shared core's size over the mask fraction."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import seaborn
from matplotlib.figure import Figure

from benchprof.report import style

HEIGHT = 2.6
CAPTION = (
    "The share of a `top` mask's entries that are also in the `top` masks of all abilities, of "
    "more than half of them, and of no other ability, against the mask fraction. Dotted: "
    "the same by chance."
)
LINES = {
    "all": "all abilities",
    "half": "more than half of them",
    "alone": "no other ability",
}


def draw_core(table: pd.DataFrame, title: str, targets: Sequence[Path]) -> None:
    """Draw a table of `core_table`, in the formats that the targets' suffixes name."""
    style.save_figure(lambda: core_figure(table, title), f"{title}. {CAPTION}", targets)


def core_figure(table: pd.DataFrame, title: str) -> Figure:
    """The figure of `draw_core`: shares of a mask's entries over the mask fraction, beside those by
    chance.
    """
    figure = style.new_figure(HEIGHT)
    axes = figure.subplots()
    mask_fraction = table["mask_fraction"].astype(float)
    colours = seaborn.color_palette(style.CATEGORICAL, len(LINES))
    for (column, label), colour in zip(LINES.items(), colours, strict=True):
        axes.plot(mask_fraction, table[column] / table["n"], marker="o", markersize=3, lw=1.2,
                  color=colour,
                  label=label)  # fmt: skip
        axes.plot(
            mask_fraction, table[f"chance_{column}"] / table["n"], lw=0.8, ls=":", color=colour
        )
    axes.set_xscale("log")
    axes.set_ylim(-0.02, 1.02)
    axes.set(xlabel="mask fraction", ylabel="share of a mask's entries")
    axes.set_title(title, loc="left")
    # Beside the lines, which may be anywhere.
    axes.legend(
        title="in the top masks of", title_fontsize=6.5, frameon=False, loc="center left",
        bbox_to_anchor=(1, 0.5),
    )  # fmt: skip
    seaborn.despine(ax=axes)
    style.key_below(figure, "Dotted: by chance.")
    return figure
