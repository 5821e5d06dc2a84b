"""Ribbons from abilities to the benchmarks that lose without them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from benchprof.profile.criteria import SHOWN_AIS, SIGNIFICANCE
from benchprof.report import style
from benchprof.report.figure import Entry
from benchprof.report.matrix import Matrix
from benchprof.report.names import readable
from benchprof.report.outcomes import full_caption

ENTRY = Entry(
    name="ribbons",
    title="Abilities and benchmarks",
    of="matrix",
    draw="draw_ribbons",
    place=4,
)

# Inches: of a name's place, between two places, of a column's bar, from the left to each column.
PLACE = 0.3
GAP = 0.08
BAR = 0.09
LEFT, RIGHT = 1.6, 5.1
FRAME_HEIGHT = 0.75
# Inches: of an AIS of 1 at most.
WIDEST = 0.6
NAME_WIDTH = 32
STRONG, PALE = 0.75, 0.25


@dataclass
class Node:
    """An ability or a benchmark: where its bar starts, from the top, and how far it is used up."""

    top: float
    height: float
    used: float = 0.0

    def take(self, width: float) -> float:
        """The top of the next ribbon at this bar."""
        start = self.top + self.used
        self.used += width
        return start


def draw_ribbons(matrix: Matrix, targets: Sequence[Path]) -> None:
    """Draw the AIS above `SHOWN_AIS`; arguments as of `heatmap.draw_heatmap`."""
    text, numbers = full_caption(caption(matrix), matrix), ribbon_numbers(matrix)
    style.save_figure(lambda: ribbon_figure(matrix), text, targets, numbers)


def ribbon_numbers(matrix: Matrix) -> pd.DataFrame:
    """A row per ribbon; none of an ablated model that is broken as a whole."""
    shown = (matrix.cells["ais"] > SHOWN_AIS) & (matrix.cells["flag_code"] == "")
    cells = matrix.cells[shown]
    columns = ["ability", "benchmark", "metric", "ais", "ais_low", "ais_high", "q_random"]
    return cells[columns].reset_index(drop=True)


def ribbon_figure(matrix: Matrix) -> Figure:
    """Abilities at the left, benchmarks at the right, a ribbon as wide as the AIS between them."""
    ribbons = ribbon_numbers(matrix)
    if ribbons.empty:
        return style.note_figure(matrix.title, _nothing(matrix))
    most = max(len(matrix.abilities), len(matrix.defined))
    # So that all ribbons together are as high as all names, unless this makes much of little.
    scale = min(PLACE * most / float(ribbons["ais"].sum()), WIDEST)
    left = _column(matrix.abilities, ribbons.groupby("ability")["ais"].sum(), scale)
    right = _column(matrix.defined, ribbons.groupby("benchmark")["ais"].sum(), scale)
    height = max(_height(left), _height(right))
    _centre(left, height)
    _centre(right, height)
    figure = style.new_figure(height + FRAME_HEIGHT)
    axes = figure.subplots()
    axes.set(xlim=(0, style.width()), ylim=(height + PLACE, -0.05))
    axes.axis("off")
    axes.set_title(matrix.title, loc="left")
    colours = dict(zip(matrix.abilities, style.palette(len(matrix.abilities)), strict=True))
    _draw_ribbons(axes, ribbons, left, right, scale, colours)
    _draw_names(axes, left, right, colours)
    _draw_scale(axes, scale, height + 0.12)
    return figure


def caption(matrix: Matrix) -> str:
    """What the figure shows, in words, from the same data."""
    count = len(ribbon_numbers(matrix))
    if not count:
        return _nothing(matrix)
    return (
        f"What {matrix.shown_model} loses on each benchmark without each ability (masks: "
        f"{matrix.masks_in_words}): {count} AIS above {SHOWN_AIS}{_sound(matrix)}, each "
        "drawn as a ribbon of that width. "
    ) + " ".join(filter(None, [_legend(matrix), *_broken(matrix), matrix.absent()]))


def _nothing(matrix: Matrix) -> str:
    """Why there are no ribbons."""
    small = f"No ribbons: no AIS{_sound(matrix)} exceeds {SHOWN_AIS}."
    start = "No ribbons." if matrix.broken().any().all() else small
    return " ".join(filter(None, [start, *_broken(matrix), matrix.absent()]))


def _sound(matrix: Matrix) -> str:
    """Which models' AIS are shown, if some are left out."""
    return " of models that are not broken" if _broken(matrix) else ""


def _broken(matrix: Matrix) -> list[str]:
    broken = matrix.broken().any()
    names = ", ".join(readable(str(ability)) for ability in broken.index[broken])
    return [f"Left out because the ablated models are broken as a whole: {names}."] if names else []


def _legend(matrix: Matrix) -> str:
    if not matrix.controlled:
        return f"Shown: AIS above {SHOWN_AIS}, without random masks to compare them with."
    return (
        f"Shown: AIS above {SHOWN_AIS}. Pale: does not differ from the random masks of the "
        f"same size (q ≥ {SIGNIFICANCE})."
    )


def _column(names: Sequence[str], sums: pd.Series, scale: float) -> dict[str, Node]:
    """The bars of one column from its top; a name without ribbons keeps its place."""
    nodes, top = {}, 0.0
    for name in names:
        height = scale * float(sums.get(name, 0.0))
        place = max(height, PLACE)
        nodes[name] = Node(top + (place - height) / 2, height)
        top += place + GAP
    return nodes


def _height(nodes: Mapping[str, Node]) -> float:
    last = list(nodes.values())[-1]
    return last.top + max(last.height, (PLACE + last.height) / 2)


def _centre(nodes: Mapping[str, Node], height: float) -> None:
    shift = (height - _height(nodes)) / 2
    for node in nodes.values():
        node.top += shift


def _draw_ribbons(
    axes: Axes,
    ribbons: pd.DataFrame,
    left: Mapping[str, Node],
    right: Mapping[str, Node],
    scale: float,
    colours: Mapping[str, tuple[float, float, float]],
) -> None:
    """In the order of both columns, so that ribbons cross no more than they must."""
    order = {name: place for place, name in enumerate(right)}
    starts = {}
    for ability in left:
        own = ribbons[ribbons["ability"] == ability]
        for row in sorted(own.to_dict("records"), key=lambda row: order[row["benchmark"]]):
            starts[ability, row["benchmark"]] = row, left[ability].take(scale * row["ais"])
    for (ability, benchmark), (row, start) in starts.items():
        width = scale * row["ais"]
        end = right[benchmark].take(width)
        # Without controls, a pale ribbon would have no meaning.
        pale = row["q_random"] >= SIGNIFICANCE
        axes.add_patch(
            PathPatch(
                _ribbon(start, end, width),
                facecolor=colours[ability],
                alpha=PALE if pale else STRONG,
                lw=0,
            )
        )


def _ribbon(start: float, end: float, width: float) -> Outline:
    """A band that leaves and arrives level, the same height at both ends."""
    near, far = LEFT + BAR, RIGHT - BAR
    middle = (near + far) / 2
    upper = [(near, start), (middle, start), (middle, end), (far, end)]
    lower = [(far, end + width), (middle, end + width), (middle, start + width),
             (near, start + width)]  # fmt: skip
    curve = [Outline.CURVE4] * 3
    codes = [Outline.MOVETO, *curve, Outline.LINETO, *curve, Outline.CLOSEPOLY]
    return Outline([*upper, *lower, upper[0]], codes)


def _draw_names(
    axes: Axes,
    left: Mapping[str, Node],
    right: Mapping[str, Node],
    colours: Mapping[str, tuple[float, float, float]],
) -> None:
    for name, node in left.items():
        axes.add_patch(Rectangle((LEFT, node.top), BAR, node.height, color=colours[name], lw=0))
        text = textwrap.fill(readable(name), 24)
        middle = node.top + node.height / 2
        axes.text(LEFT - 0.06, middle, text, ha="right", va="center", fontsize=6.5)
    for name, node in right.items():
        axes.add_patch(Rectangle((RIGHT - BAR, node.top), BAR, node.height, color=style.INK, lw=0))
        state = "" if node.height else " (none)"
        text = textwrap.fill(readable(name) + state, NAME_WIDTH)
        middle = node.top + node.height / 2
        axes.text(RIGHT + 0.06, middle, text, ha="left", va="center", fontsize=6.5)


def _draw_scale(axes: Axes, scale: float, top: float) -> None:
    """How wide a round AIS is: the largest that fits the room."""
    fitting = [value for value in (5, 2, 1, 0.5, 0.2, 0.1, 0.05) if value * scale <= PLACE * 0.6]
    value = fitting[0] if fitting else SHOWN_AIS
    axes.add_patch(Rectangle((LEFT, top), 0.5, value * scale, color=style.MUTED, lw=0))
    axes.text(LEFT + 0.58, top + value * scale / 2, f"AIS of {value:g}", va="center", fontsize=6)
