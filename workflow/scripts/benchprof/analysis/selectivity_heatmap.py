"""The heatmap of the selectivity matrix, the random controls below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from benchprof.analysis.selectivity import (
    above_twins,
    random_rises,
    rises,
    selective,
    twin_rises,
)
from benchprof.profile.criteria import SELECTIVE_RISE
from benchprof.report import style

# Inches.
ROW_HEIGHT = 0.3
LABEL_HEIGHT = 2.4
RANDOM = "random masks"
TWINS = "own twins"


def draw_selectivity(table: pd.DataFrame, title: str, targets: Sequence[Path]) -> None:
    """Draw a table of `selectivity_table`, in the formats that the targets' suffixes name."""
    with style.styled():
        style.save_figure(selectivity_figure(table, title), targets)


def selectivity_figure(table: pd.DataFrame, title: str) -> Figure:
    """The figure of `draw_selectivity`: rows are ablated abilities, columns test splits."""
    own = rises(table)
    grid = own.copy()
    controls, twins = random_rises(table), twin_rises(table)
    if len(controls):
        grid.loc[RANDOM] = controls
    if len(twins):
        grid[TWINS] = pd.Series(twins)
    figure = style.new_figure(LABEL_HEIGHT + ROW_HEIGHT * len(grid))
    axes = figure.subplots()
    values = grid.to_numpy(float)
    finite = values[np.isfinite(values)]
    most = max(float(np.abs(finite).max(initial=0.0)), 0.01)
    seaborn.heatmap(
        grid.clip(-most, most), ax=axes, cmap=style.DIVERGING, vmin=-most, vmax=most,
        annot=np.vectorize(style.number)(values), fmt="", annot_kws={"fontsize": 6.2},
        linewidths=0.6, linecolor="white", cbar_kws={"label": "rise of the answer loss (nats)"},
    )  # fmt: skip
    asked = table[~table["twins"]]
    intact: dict[str, float] = dict(zip(asked["test"], asked["intact"], strict=True))
    for column, test in enumerate(intact):
        if test in grid.index:
            place = (column, list(grid.index).index(test))
            axes.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=style.INK, lw=1.2))
    labels = [f"{style.wrapped(test, 22)}\n(intact {loss:.2f})" for test, loss in intact.items()]
    axes.set_xticklabels([*labels, TWINS] if twins else labels, rotation=90)
    axes.set_yticklabels([style.wrapped(a, 24) for a in grid.index], rotation=0)
    axes.set(xlabel="answer loss on the test split of", ylabel="ablated")
    axes.tick_params(length=0)
    axes.set_title(title, loc="left")
    style.note_below(figure, [_note(own, twins)])
    return figure


def _note(own: pd.DataFrame, twins: Mapping[str, float]) -> str:
    found, above = selective(own), above_twins(own, twins)
    text = "Framed: the ablated ability's own test split."
    if found:
        text += (
            f" There the loss rises at least {SELECTIVE_RISE} times as much as on any other for "
            f"{sum(found.values())} of {len(found)} abilities."
        )
    if above:
        text += (
            f" It rises at least {SELECTIVE_RISE} times as much as on the same items' twins, which "
            f"the ability does not answer, for {sum(above.values())} of {len(above)}."
        )
    return text
