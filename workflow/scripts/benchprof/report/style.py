"""One look for all figures, and files whose bytes depend on the figure alone."""

from __future__ import annotations

import contextlib
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from benchprof.files import write_csv, write_text, written_whole

# Inches: across one and two columns of a page, so that the sizes below are the printed ones.
ONE_COLUMN, TWO_COLUMNS = 3.5, 7.0
# What the name of a file that is one column wide has before its ending.
NARROW = ".column"
DPI = 300
# Inches: at least, of a panel beside others; of the labels of the first; of an entry of a legend.
PANEL, LABELS, LEGEND = 1.6, 1.2, 2.3
# Characters of an inch of a figure's title, of a panel's and of the key below a figure; inches of a
# line of the key.
TITLE_CHARACTERS, PANEL_CHARACTERS, KEY_CHARACTERS = 13, 15, 18.5
KEY_LINE = 0.12
# Blue is below zero, red above; the two differ for every kind of colour vision.
DIVERGING = "vlag"
# Okabe and Ito's colours by way of seaborn.
CATEGORICAL = "colorblind"
# Pale is small: for shares, which have no middle.
SEQUENTIAL = "rocket_r"
MARKERS = "os^Dv<>PX*"
# The ends of `DIVERGING`, for what has one colour a sign.
LOSS = "#a9373b"
GAIN = "#2369bd"
INK = "#222222"
# From this share of the deepest colour on, white text is easier to read than `INK`.
DARK = 0.6
MUTED = "#6b6b6b"
# What stands behind: controls, noise.
PALE = "#c9c9c9"
UNDEFINED = "#e4e4e4"
# What may be nothing: an interval that includes 0.
NEUTRAL = "#eeeeee"
HATCH = "/////"
# A key set to None is left out of the file.
METADATA: Mapping[str, dict[str, str | None]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}

_SETTINGS = {
    # Shipped with matplotlib: the same letters on every machine.
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "axes.labelsize": 7,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 6.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.color": "#9a9a9a",
    "hatch.linewidth": 0.5,
    # Without it, the names of clip paths and markers in an SVG differ in every process.
    "svg.hashsalt": "benchprof",
    "svg.fonttype": "path",
    # TrueType, which publishers ask for.
    "pdf.fonttype": 42,
}


@contextlib.contextmanager
def styled(width: float = TWO_COLUMNS) -> Iterator[None]:
    """Draw and save the block's figures in the common look; other figures keep theirs."""
    size = {"figure.figsize": (width, width)}
    with mpl.rc_context({**seaborn.axes_style("white"), **_SETTINGS, **size}):
        yield


def width() -> float:
    """Inches that the figures of the block are wide."""
    return float(mpl.rcParams["figure.figsize"][0])


def new_figure(height: float) -> Figure:
    """An empty figure `height` inches high that makes room for all of its labels.

    It belongs to no pyplot state and no window system: a notebook's backend stays as it is.
    """
    return Figure(figsize=(width(), height), layout="constrained")


def panels(
    titles: Sequence[str], height: float, frame: float
) -> tuple[Figure, np.ndarray[Any, Any]]:
    """A figure with a panel for each title, which share their axes.

    Args:
        titles: one or more, wrapped here.
        height: of a panel, in inches.
        frame: of all that is around the panels.
    """
    columns = min(int(width() / PANEL), len(titles))
    rows = math.ceil(len(titles) / columns)
    characters = int(PANEL_CHARACTERS * (width() - LABELS) / int(width() / PANEL))
    figure = new_figure(frame + rows * height)
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for place, title in zip(axes.flat, titles, strict=False):
        place.set_title(textwrap.fill(title, characters), fontsize=7, loc="left")
    for spare in axes.flat[len(titles) :]:
        spare.remove()
    return figure, axes


def lowest(axes: np.ndarray[Any, Any], count: int) -> list[Axes]:
    """The last panel of each column, whether its row is full or not."""
    return list(axes.flat[max(count - axes.shape[1], 0) : count])


def save_figure(
    draw: Callable[[], Figure],
    caption: str,
    targets: Sequence[Path],
    numbers: pd.DataFrame | None = None,
) -> None:
    """Write a figure, its caption and its numbers, without dates or versions.

    Args:
        draw: makes the figure that PNG, SVG and PDF files show, in the common look; a file with
            `NARROW` in its name is one column wide, any other two.
        caption: what a TXT file holds, so that no paragraph stands in the picture.
        targets: files, each in the form that its suffix names.
        numbers: what a CSV file holds.
    """
    for width, narrow in ((TWO_COLUMNS, False), (ONE_COLUMN, True)):
        pictures = [
            target
            for target in targets
            if target.suffix[1:] in METADATA and target.stem.endswith(NARROW) == narrow
        ]
        if pictures:
            with styled(width):
                _save(draw(), pictures)
    for target in targets:
        if target.suffix == ".txt":
            write_text(target, f"{caption}\n")
        elif target.suffix == ".csv" and numbers is not None:
            write_csv(target, numbers)


def _save(figure: Figure, pictures: Sequence[Path]) -> None:
    for target in pictures:
        form = target.suffix[1:]
        with written_whole(target) as temporary:
            figure.savefig(temporary, format=form, dpi=DPI, metadata=METADATA[form])


def note_figure(title: str, key: str) -> Figure:
    """What stands in the place of a figure that has nothing to draw: why, in a line."""
    lines = _wrapped_title(title)
    above = 0.2 + 0.15 * (lines.count("\n") + 1)
    height = above + 0.25 + key_height(key)
    figure = new_figure(height)
    figure.text(0.01, 1 - 0.1 / height, lines, fontsize=8, fontweight="bold", va="top")
    figure.text(0.01, 1 - above / height, _wrapped(key), fontsize=6, va="top")
    return figure


def key_below(figure: Figure, key: str) -> None:
    """What signs mean, at the figure's foot; whatever is longer belongs in the caption."""
    figure.supxlabel(_wrapped(key), x=0.01, ha="left", fontsize=6, color=INK)


def _wrapped(key: str) -> str:
    return "\n".join(_lines(key))


def _lines(key: str) -> list[str]:
    return textwrap.wrap(key, int(KEY_CHARACTERS * width()))


def key_height(key: str) -> float:
    """Inches that `key_below` takes."""
    return KEY_LINE * len(_lines(key))


def legend_below(
    figure: Figure, handles: Sequence[Artist], key: str = "", entry: float = LEGEND
) -> None:
    """A legend under all axes, under a key (which would lie on it as `key_below`).

    Args:
        figure: with a layout that makes room.
        handles: the entries.
        key: a line above them.
        entry: inches of the longest.
    """
    figure.legend(
        handles=list(handles), loc="outside lower left", ncols=max(int(width() / entry), 1),
        frameon=False, alignment="left", title=_wrapped(key), title_fontsize=6,
    )  # fmt: skip


def title_above(figure: Figure, text: str) -> None:
    """A title over all axes that takes no width from the first."""
    figure.suptitle(_wrapped_title(text), x=0.01, ha="left", fontsize=8, fontweight="bold")


def scale_below(
    figure: Figure, axes: Axes, colours: ScalarMappable, label: str, extend: str = "neither"
) -> None:
    """What the colours of cells mean, at the figure's foot."""
    bar = figure.colorbar(
        colours, ax=axes, location="bottom", extend=extend, fraction=0.03, pad=0.02, aspect=40
    )
    bar.set_label(label)
    bar.ax.tick_params(length=2, width=0.5)


def _wrapped_title(text: str) -> str:
    return textwrap.fill(text, int(TITLE_CHARACTERS * width()))


def palette(count: int) -> list[tuple[float, float, float]]:
    """As many colours; beyond ten no palette is safe, and a shade with the order must do."""
    return list(seaborn.color_palette(CATEGORICAL if count <= 10 else "viridis", count))


def limits(values: Iterable[float], least: float, most: float) -> tuple[float, float]:
    """The range of an axis of AIS: all finite values and zero, at the widest -most to most.

    Args:
        values: what is drawn; infinite and missing ones count for nothing.
        least: half of the range at the narrowest.
        most: one extreme cell is not to squeeze all others.
    """
    shown = np.array([v for v in values if np.isfinite(v)] + [0.0])
    low, high = float(shown.min()), float(shown.max())
    return max(min(low, -least), -most), min(max(high, least), most)
