"""The heatmap of the selectivity matrix, the random controls below it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from benchprof.abilities.item import CONTROL_ITEMS
from benchprof.analysis.selectivity import (
    ITEM,
    control_item_rises,
    random_rises,
    rises,
    selective_by_loss,
    selective_over_uninformative,
)
from benchprof.profile.criteria import SELECTIVE_RISE
from benchprof.report import style
from benchprof.report.names import wrapped
from benchprof.report.numbers import drawn

# Inches.
ROW_HEIGHT = 0.3
LABEL_HEIGHT = 2.4
RANDOM = "random masks"
OWN = {kind: f"own {kind}" for kind in CONTROL_ITEMS}
"""The columns of control items."""
FRAMED = "Framed: the ablated ability's held-out test split."


def draw_selectivity(table: pd.DataFrame, title: str, targets: Sequence[Path]) -> None:
    """Draw a table of `selectivity_table`, in the formats that the targets' suffixes name."""
    style.save_figure(
        lambda: selectivity_figure(table, title), f"{title}. {caption(table)}", targets
    )


def selectivity_figure(table: pd.DataFrame, title: str) -> Figure:
    """The figure of `draw_selectivity`: rows are ablated abilities, columns test splits."""
    own = rises(table)
    grid = own.copy()
    controls = random_rises(table)
    if len(controls):
        grid.loc[RANDOM] = controls
    control_items = {kind: control_item_rises(table, kind) for kind in CONTROL_ITEMS}
    shown = [kind for kind in CONTROL_ITEMS if control_items[kind]]
    for kind in shown:
        grid[OWN[kind]] = pd.Series(control_items[kind])
    figure = style.new_figure(LABEL_HEIGHT + ROW_HEIGHT * len(grid))
    axes = figure.subplots()
    values = grid.to_numpy(float)
    finite = values[np.isfinite(values)]
    most = max(float(np.abs(finite).max(initial=0.0)), 0.01)
    seaborn.heatmap(
        grid.clip(-most, most), ax=axes, cmap=style.DIVERGING, vmin=-most, vmax=most,
        annot=np.vectorize(drawn)(values), fmt="", annot_kws={"fontsize": 6.2},
        linewidths=0.6, linecolor="white", cbar_kws={"label": "rise of the answer loss (nats)"},
        xticklabels=True, yticklabels=True,
    )  # fmt: skip
    items = table[table["item_kind"] == ITEM]
    intact: dict[str, float] = dict(zip(items["test"], items["intact"], strict=True))
    for column, test in enumerate(intact):
        if test in grid.index:
            place = (column, list(grid.index).index(test))
            axes.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=style.INK, lw=1.2))
    labels = [f"{wrapped(test, 22)}\n(intact {loss:.2f})" for test, loss in intact.items()]
    axes.set_xticklabels([*labels, *(OWN[kind] for kind in shown)], rotation=90)
    axes.set_yticklabels([wrapped(a, 24) for a in grid.index], rotation=0)
    axes.set(xlabel="answer loss on the test split of", ylabel="ablated")
    axes.tick_params(length=0)
    axes.set_title(title, loc="left")
    style.key_below(figure, FRAMED)
    return figure


def caption(table: pd.DataFrame) -> str:
    """What the figure shows and what stands out, in words, from the same data."""
    own = rises(table)
    found, above = (
        selective_by_loss(own),
        selective_over_uninformative(own, control_item_rises(table, "uninformative")),
    )
    text = f"Rise in the answer loss in nats under each ability's mask (rows). {FRAMED}"
    if found:
        text += (
            f" For {sum(found.values())} of {len(found)} abilities, the loss rises there at least "
            f"{SELECTIVE_RISE} times as much as on any other test."
        )
    if above:
        text += (
            f" For {sum(above.values())} of {len(above)} abilities, the loss on their held-out "
            f"test rises at least {SELECTIVE_RISE} times as much as on its uninformative versions, "
            "where nothing points to the answer."
        )
    return text
