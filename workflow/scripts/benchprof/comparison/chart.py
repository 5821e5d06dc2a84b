"""The chart of combinations beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib.figure import Figure

from benchprof.profile.criteria import ABILITY_FORM
from benchprof.report import style

ROW = 0.3
CHOICES = {"choice": "its own items", "others": "other abilities' items", "read_off": "read-offs",
           "blank": "blanks", "random": "own items, random masks"}  # fmt: skip
FORMS = {"form": "its own items", "others_form": "other abilities' items"}


def draw_combinations(summary: pd.DataFrame, model: str, targets: Sequence[Path]) -> None:
    """Draw a table of combinations, in the formats that the targets' suffixes name."""
    with style.styled():
        style.save_figure(combinations_figure(summary, model), targets)


def combinations_figure(summary: pd.DataFrame, model: str) -> Figure:
    """The figure of `draw_combinations`: rises of choice, and changes of form beside them."""
    figure = style.new_figure(1.1 + ROW * len(summary))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    places = np.arange(len(summary))
    colours = dict(
        zip(CHOICES, seaborn.color_palette(style.CATEGORICAL, len(CHOICES)), strict=True)
    )
    for axes, columns in ((left, CHOICES), (right, FORMS)):
        for column, label in columns.items():
            colour = colours[
                "choice" if column == "form" else "others" if column == "others_form" else column
            ]
            error = summary.get(f"{column}_se") if axes is left else None
            axes.errorbar(summary[column], places, xerr=error, fmt="o", markersize=3.5, lw=0.9,
                          color=colour, label=label if axes is left else None)  # fmt: skip
        axes.axvline(0, lw=0.6, color=style.MUTED)
    right.axvspan(-ABILITY_FORM, ABILITY_FORM, color=style.UNDEFINED, zorder=0, lw=0)
    left.set_yticks(places, summary["combination"])
    left.set_ylim(len(summary) - 0.5, -0.5)
    left.set(xlabel="rise of choice in nats, with one standard error")
    right.set(xlabel="change of form in nats")
    left.set_title(f"{model}: what an ability's mask does to", loc="left")
    left.legend(
        frameon=False,
        loc="upper left",
        bbox_to_anchor=(0, -0.12 / (0.3 + ROW * len(summary)) * 2.4),
        ncols=3,
    )
    for axes in (left, right):
        seaborn.despine(ax=axes)
        axes.grid(axis="y", lw=0.3, color=style.PALE)
    return figure
