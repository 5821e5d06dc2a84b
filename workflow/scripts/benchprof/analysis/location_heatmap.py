"""The heatmap of where masks lie: a panel per ability, layers by projections."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from benchprof.report import style
from benchprof.report.names import wrapped

PANELS = 5
# Inches.
PANEL_HEIGHT = 2.3
NOTE_HEIGHT = 0.5
CAPTION = (
    "Where the masks lie: one panel per ability, with the layers from bottom to top and one column "
    "per projection. The colour is the share of the matrix's entries that the ability's mask "
    "holds. A place without a matrix is empty."
)


def draw_location(table: pd.DataFrame, title: str, targets: Sequence[Path]) -> None:
    """Draw a table of `location_table`, in the formats that the targets' suffixes name."""
    style.save_figure(lambda: location_figure(table, title), f"{title}. {CAPTION}", targets)


def location_figure(table: pd.DataFrame, title: str) -> Figure:
    """The figure of `draw_location`."""
    abilities = list(table["ability"].unique())
    rows = math.ceil(len(abilities) / PANELS)
    figure = style.new_figure(NOTE_HEIGHT + PANEL_HEIGHT * rows)
    columns = min(PANELS, len(abilities))
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    most = 100 * float(table["share"].max()) or 1.0
    scale = ScalarMappable(Normalize(0, most), style.SEQUENTIAL)
    shown = list(panels.flat)
    while len(shown) > len(abilities):
        shown.pop().remove()
    for number, panel in enumerate(shown):
        own = table[table["ability"] == abilities[number]]
        grid = own.pivot(index="layer", columns="projection", values="share")
        # A row per layer, also of those without such matrices, as a hybrid model has them.
        grid = grid.reindex(range(grid.index[0], grid.index[-1] + 1))
        # Layer 0, where the text enters, at the bottom.
        panel.imshow(
            100 * grid.to_numpy(), aspect="auto", origin="lower", interpolation="nearest",
            cmap=scale.cmap, norm=scale.norm,
            extent=(-0.5, grid.shape[1] - 0.5, grid.index[0] - 0.5, grid.index[-1] + 0.5),
        )  # fmt: skip
        panel.set_title(wrapped(abilities[number], 22), fontsize=6.5)
        labels = [name.removesuffix("_proj") for name in grid.columns]
        panel.set_xticks(np.arange(grid.shape[1]), labels, rotation=90)
        panel.tick_params(length=0, labelbottom=number + PANELS >= len(abilities))
    for panel in panels[:, 0]:
        panel.set_ylabel("layer")
        panel.yaxis.set_major_locator(MaxNLocator(integer=True))
    bar = figure.colorbar(scale, ax=shown, pad=0.01, aspect=40)
    bar.set_label("% of the matrix that is masked")
    bar.ax.tick_params(length=2, width=0.5)
    figure.suptitle(title, x=0.01, ha="left", fontsize=8, fontweight="bold")
    return figure
