"""AIS beside the truth, and the masks' precision, under one selection and k."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import seaborn
from matplotlib.figure import Figure

from benchprof.report import style

HEIGHT = 3.4
CAPTION = (
    "AIS of the abilities' masks beside the AIS of the planted blocks, a point per benchmark and "
    "ability, and the share of each mask that lies in its block."
)


def draw_recovery(
    cells: pd.DataFrame, masks: pd.DataFrame, fraction: str, targets: Sequence[Path]
) -> None:
    """Draw tables of `recovery`, in the formats that the targets' suffixes name.

    Args:
        cells: of `recovered_cells`.
        masks: of `mask_rows`.
        fraction: the k that is shown.
        targets: PNG, SVG and TXT.
    """
    with style.styled():
        style.save_figure(recovery_figure(cells, masks, fraction), CAPTION, targets)


def recovery_figure(cells: pd.DataFrame, masks: pd.DataFrame, fraction: str) -> Figure:
    """The figure of `draw_recovery`: a panel per selection, and one of the precision."""
    selections = list(dict.fromkeys(cells["selection"]))
    figure = style.new_figure(HEIGHT)
    panels = figure.subplots(1, len(selections) + 1, width_ratios=[*[3] * len(selections), 2])
    models = list(cells["model"].unique())
    colours = dict(zip(models, style.palette(len(models)), strict=True))
    for axes, selection in zip(panels, selections, strict=False):
        shown = cells[(cells["selection"] == selection) & (cells["fraction"] == fraction)]
        axes.axline((0, 0), slope=1, color=style.PALE, lw=0.8)
        for model, own in shown.groupby("model", sort=False):
            axes.scatter(
                own["truth"], own["ais"], s=5, color=colours[model], alpha=0.6, lw=0, label=model
            )
        axes.set(xlabel="AIS of the planted block", ylabel="AIS of the mask")
        axes.set_title(f"{selection}, k = {fraction}", loc="left")
        axes.set_aspect("equal", adjustable="datalim")
    panels[0].legend(frameon=False, loc="upper left")
    precision = masks[masks["fraction"] == fraction]
    # Not a strip, whose points are scattered by draws that nothing seeds.
    seaborn.swarmplot(
        precision, x="selection", y="precision", hue="model", palette=colours, size=3,
        legend=False, ax=panels[-1],
    )  # fmt: skip
    panels[-1].set(xlabel="", ylabel="share of a mask in its block", ylim=(-0.02, 1.02))
    panels[-1].set_title("Masks", loc="left")
    for axes in panels:
        seaborn.despine(ax=axes)
    return figure
