"""The confusion matrix: what annotators chose, by what was intended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib.figure import Figure

from benchprof.report import style
from benchprof.report.names import wrapped

# From this share on, white text is easier to read on a cell than dark text.
DARK = 0.6
# Inches.
ROW_HEIGHT = 0.32
LABEL_HEIGHT = 2.0
CAPTION = (
    "Which ability annotators chose for the items of each intended ability. Numbers are labels; "
    "the colour is their share of the row."
)


def draw_confusion(confusion: pd.DataFrame, targets: Sequence[Path]) -> None:
    """Draw the matrix and write it to each target, in the format that its suffix names.

    Args:
        confusion: numbers of labels, a row for each intended ability.
        targets: PNG, SVG and TXT files.
    """
    with style.styled():
        style.save_figure(confusion_figure(confusion), CAPTION, targets)


def confusion_figure(confusion: pd.DataFrame) -> Figure:
    """The figure of `draw_confusion`: colours are shares of a row, numbers are labels."""
    figure = style.new_figure(LABEL_HEIGHT + ROW_HEIGHT * len(confusion))
    axes = figure.subplots()
    totals = confusion.sum(axis=1)
    shares = confusion.div(totals.where(totals > 0), axis=0)
    texts = confusion.astype(str).where(confusion > 0, "")
    seaborn.heatmap(
        shares, ax=axes, cmap="Blues", vmin=0, vmax=1, annot=texts.to_numpy(), fmt="",
        annot_kws={"fontsize": 6.5}, linewidths=0.6, linecolor="white", mask=shares.isna(),
        cbar_kws={"label": "Share of the labels given to the intended ability's items"},
    )  # fmt: skip
    shown = shares.to_numpy()[shares.notna().to_numpy()]
    for text, share in zip(axes.texts, shown, strict=True):
        text.set_color("white" if share > DARK else style.INK)
    names = [wrapped(str(name), 22) for name in confusion.columns]
    axes.set_xticks(np.arange(len(names)) + 0.5, names, rotation=90)
    rows = [f"{wrapped(str(n), 24)} ({total})" for n, total in totals.items()]
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, rotation=0)
    axes.set(xlabel="Chosen by annotators", ylabel="Intended (number of labels)")
    axes.set_title("Labels by intended ability", loc="left")
    axes.tick_params(length=0)
    return figure
