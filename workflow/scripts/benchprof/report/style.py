"""One look for all figures, and files whose bytes depend on the figure alone."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
import seaborn
from matplotlib.figure import Figure

from benchprof.files import written_whole

# Inches: the text width of a two-column page, so that the sizes below are the printed ones.
WIDTH = 7.0
DPI = 300
# Blue is below zero, red above; the two differ for every kind of colour vision.
DIVERGING = "vlag"
# Okabe and Ito's colours by way of seaborn.
CATEGORICAL = "colorblind"
INK = "#222222"
MUTED = "#6b6b6b"
UNDEFINED = "#e4e4e4"
HATCH = "/////"

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
}


@contextlib.contextmanager
def styled() -> Iterator[None]:
    """Draw and save the block's figures in the common look; other figures keep theirs."""
    with mpl.rc_context({**seaborn.axes_style("white"), **_SETTINGS}):
        yield


def new_figure(height: float) -> Figure:
    """An empty figure `height` inches high that makes room for all of its labels.

    It belongs to no pyplot state and no window system: a notebook's backend stays as it is.
    """
    return Figure(figsize=(WIDTH, height), layout="constrained")


def save_figure(figure: Figure, targets: Sequence[Path]) -> None:
    """Write a figure in the formats that the targets' suffixes name, without dates or versions."""
    for target in targets:
        form = target.suffix.removeprefix(".")
        # A key set to None is left out of the file.
        metadata = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}.get(form)
        with written_whole(target) as temporary:
            figure.savefig(temporary, format=form, dpi=DPI, metadata=metadata)


def readable(slug: str) -> str:
    """A name to read: `contextual_recall` as "Contextual recall"."""
    words = slug.replace("_", " ")
    return words[:1].upper() + words[1:]


def wrapped(slug: str, width: int) -> str:
    """`readable`, broken into lines of at most `width` characters."""
    return textwrap.fill(readable(slug), width)


def number(value: float, decimals: int = 2) -> str:
    """A value as figures and tables show it: no minus before zero, infinity as a word."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def interval(low: float, high: float) -> str:
    """An interval in words: "0.10 to 0.35"."""
    return f"{number(low)} to {number(high)}"
