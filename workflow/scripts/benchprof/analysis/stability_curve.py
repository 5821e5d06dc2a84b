"""The curve of how far the masks of two halves agree over the number of items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import seaborn
from matplotlib.figure import Figure

from benchprof.report import style
from benchprof.report.names import readable

PANELS = 3
# Inches.
PANEL_HEIGHT = 2.1
FRAME_HEIGHT = 1.4
CAPTION = (
    "The entries that the masks of two disjoint halves of the items both hold, as a share of those "
    "that either holds (Jaccard index), against the number of items in a half. Dotted: masks drawn "
    "at random with as many entries in each matrix."
)


def draw_stability(table: pd.DataFrame, title: str, targets: Sequence[Path]) -> None:
    """Draw a table of rows of `stability_rows`, in the formats that the targets' suffixes name."""
    style.save_figure(lambda: stability_figure(table, title), f"{title}. {CAPTION}", targets)


def stability_figure(table: pd.DataFrame, title: str) -> Figure:
    """The figure of `draw_stability`: a panel per kind of mask, a line per ability."""
    views = list(table.groupby(["selection", "mask_fraction"], sort=False))
    abilities = list(table["ability"].unique())
    rows = math.ceil(len(views) / PANELS)
    figure = style.new_figure(FRAME_HEIGHT + PANEL_HEIGHT * rows)
    panels = figure.subplots(
        rows, min(PANELS, len(views)), squeeze=False, sharex=True, sharey=True
    )  # fmt: skip
    counts = sorted(table["items"].unique())
    for spare in panels.flat[len(views) :]:
        spare.remove()
    lines = []
    for panel, ((selection, mask_fraction), view) in zip(panels.flat, views, strict=False):
        for place, colour in enumerate(style.palette(len(abilities))):
            own = view[view["ability"] == abilities[place]]
            marker = style.MARKERS[place % len(style.MARKERS)]
            lines += panel.plot(
                own["items"], own["jaccard"], color=colour, marker=marker,
                ms=3, lw=0.9, label=readable(abilities[place]),
            )  # fmt: skip
        chance = view.groupby("items")["chance"].mean()
        lines += panel.plot(
            chance.index, chance, color=style.MUTED, lw=1, ls=":", label="by chance, mean"
        )
        panel.set_xscale("log", base=2)
        panel.set_xticks(counts, [str(count) for count in counts])
        panel.minorticks_off()
        panel.set_ylim(-0.02, 1.02)
        panel.set_title(f"{selection}, mask fraction {mask_fraction}", loc="left", fontsize=7)
        panel.set_xlabel("items of a half")
        seaborn.despine(ax=panel)
    for panel in panels[:, 0]:
        panel.set_ylabel("Jaccard index")
    style.title_above(figure, title)
    # The same lines stand in every panel.
    style.legend_below(figure, lines[: len(abilities) + 1])
    return figure
