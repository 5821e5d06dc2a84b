"""Draw docs/images/idea.png, the method in four boxes: .venv/bin/python docs/idea.py.

The item is one of the train items. The neurons and the bars are of no model.
"""

from __future__ import annotations

import itertools
import json
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch
from PIL import Image

from benchprof.report import style

ROOT = Path(__file__).parents[1]
ITEMS = ROOT / "resources/abilities/v3/quantitative_reasoning/train.jsonl"
ITEM = "quantitative_reasoning-train-016"
# At 800 pixels an inch has 100.
SIZE, FONT, DPI, COLOURS = (8.0, 2.75), 9.5, 200, 64
# (layers, neurons): the neurons of the mask, by chance.
MASK = np.random.default_rng(3).random((7, 9)) < 0.16
INTACT, ABLATED, GUESSING = 0.88, 0.5, 0.16


def main() -> None:
    """Run the command."""
    target = ROOT / "docs/images/idea.png"
    with style.styled():
        drawing().savefig(target, dpi=DPI)
    Image.open(target).convert("RGB").quantize(COLOURS).save(target, optimize=True)


def drawing() -> Figure:
    """Four boxes, from an ability's items to an Ability Impact Score."""
    figure = Figure(figsize=SIZE)
    boxes = figure.subplots(1, 4, width_ratios=[1.3, 0.95, 0.95, 1.3])
    figure.subplots_adjust(left=0.01, right=0.99, top=0.83, bottom=0.18, wspace=0.24)
    parts: tuple[tuple[str, str, Callable[[Axes], None]], ...] = (
        ("Items of\nan ability", "quantitative reasoning", _draw_item),
        (
            "The neurons that\nmatter most to them",
            "the ability's mask",
            partial(_draw_neurons, marker="o"),
        ),
        ("The model\nwithout them", "answers a benchmark", partial(_draw_neurons, marker="x")),
        ("What the\nbenchmark loses", "Ability Impact Score\n= lost / margin", _draw_loss),
    )
    for axes, (title, below, draw) in zip(boxes, parts, strict=True):
        axes.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(0, 1))
        axes.set_title(title, fontsize=FONT + 1)
        axes.set_xlabel(below, fontsize=FONT, labelpad=6)
        draw(axes)
    for left, right in itertools.pairwise(boxes):
        arrow = ConnectionPatch(
            (1.03, 0.5), (-0.03, 0.5), left.transAxes, right.transAxes,
            arrowstyle="-|>", mutation_scale=14, linewidth=1.6, color=style.INK,
        )  # fmt: skip
        figure.add_artist(arrow)
    return figure


def _draw_item(axes: Axes) -> None:
    """An item with its options, of which one is right."""
    items = map(json.loads, ITEMS.read_text(encoding="utf-8").splitlines())
    item = next(own for own in items if own["id"] == ITEM)
    axes.text(0.05, 0.95, textwrap.fill(item["question"], 22), fontsize=FONT, va="top")
    for number, option in enumerate(item["options"]):
        weight = "bold" if number == item["answer"] else "normal"
        axes.text(0.12, 0.4 - 0.11 * number, option, fontsize=FONT, weight=weight)


def _draw_neurons(axes: Axes, marker: str) -> None:
    """All neurons, each layer a row; the marker is of those in the mask."""
    layers, neurons = MASK.shape
    for which, colour, form in ((~MASK, style.PALE, "o"), (MASK, style.LOSS, marker)):
        rows, columns = np.nonzero(which)
        places = (columns + 1) / (neurons + 1), (rows + 1) / (layers + 1)
        axes.scatter(*places, s=34, color=colour, marker=form)


def _draw_loss(axes: Axes) -> None:
    """The scores with and without the mask, and guessing."""
    axes.bar([0.17, 0.45], [INTACT, ABLATED], 0.22, color=[style.PALE, style.LOSS])
    for place, high, text, ink in (
        (0.17, INTACT, "intact", style.INK),
        (0.45, ABLATED, "without", "white"),
    ):
        axes.text(
            place, high - 0.03, text, fontsize=FONT, ha="center", va="top", rotation=90, color=ink
        )
    axes.axhline(GUESSING, color=style.INK, linewidth=1, linestyle="--")
    axes.text(0.98, GUESSING - 0.02, "guessing", fontsize=FONT, ha="right", va="top")
    for place, low, text in ((0.45, ABLATED, "lost"), (0.7, GUESSING, "margin")):
        look = {"arrowstyle": "<->", "color": style.INK, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (place, INTACT), (place, low), arrowprops=look)
        axes.text(place + 0.03, (low + INTACT) / 2, text, fontsize=FONT, va="center")


if __name__ == "__main__":
    main()
