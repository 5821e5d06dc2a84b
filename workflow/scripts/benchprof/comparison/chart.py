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

ROW = 0.34
CAPTION = (
    "What an ability's mask does under each combination, averaged over abilities. Left: the rise "
    "in choice loss, in nats (minus the log of the right option's share among the options), with "
    "one standard error. Right: the size of the change in form, in nats (the log of the options' "
    f"total probability); within the grey band, up to {ABILITY_FORM}, an effect on choice may "
    "count as one on the ability."
)
COMPANIONS = " A read-off states the answer; a blank lacks what leads to it."
# A mark's label, its columns left and right, and its place within a row.
MARKS = (
    ("its own items", "choice", "form", -0.2),
    ("other abilities' items", "others", "others_form", -0.1),
    ("read-offs", "read_off", None, 0.0),
    ("blanks", "blank", None, 0.1),
    ("own items under random masks", "random", None, 0.2),
)


def draw_combinations(summary: pd.DataFrame, model: str, targets: Sequence[Path]) -> None:
    """Draw a table of combinations, in the formats that the targets' suffixes name."""
    asked = summary[["read_off", "blank"]].notna().any(axis=None)
    caption = f"{model}. {CAPTION}{COMPANIONS if asked else ''}"
    with style.styled():
        style.save_figure(combinations_figure(summary, model), caption, targets)


def combinations_figure(summary: pd.DataFrame, model: str) -> Figure:
    """The figure of `draw_combinations`: rises of choice, and sizes of form beside them."""
    figure = style.new_figure(1.2 + ROW * len(summary))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    rows = np.arange(len(summary))
    colours = seaborn.color_palette(style.CATEGORICAL, len(MARKS))
    for (label, choice, form, place), colour in zip(MARKS, colours, strict=True):
        # Under flips no read-off or blank is asked.
        if summary[choice].isna().all():
            continue
        look = {"fmt": "o", "markersize": 3, "lw": 0.9, "color": colour}
        error = summary.get(f"{choice}_se")
        left.errorbar(summary[choice], rows + place, xerr=error, label=label, **look)
        if form:
            right.errorbar(summary[form], rows + place, **look)
    left.axvline(0, lw=0.6, color=style.MUTED)
    right.axvspan(0, ABILITY_FORM, color=style.UNDEFINED, zorder=0, lw=0)
    right.set_xlim(left=0)
    left.set_yticks(rows, summary["combination"])
    left.set_ylim(len(summary) - 0.5, -0.5)
    left.set(xlabel="rise of choice in nats, with one standard error")
    right.set(xlabel="size of the change of form in nats")
    left.set_title(f"{model}: what an ability's mask does", loc="left")
    figure.legend(frameon=False, loc="outside lower center", ncols=3)
    for axes in (left, right):
        seaborn.despine(ax=axes)
        axes.grid(axis="y", lw=0.3, color=style.PALE)
    return figure
