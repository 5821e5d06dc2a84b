"""One look for all figures, and files whose bytes depend on the figure alone."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from benchprof.files import written_whole

# Inches: the text width of a two-column page, so that the sizes below are the printed ones.
WIDTH = 7.0
DPI = 300
# Of the notes below a figure: characters of a line, and inches.
NOTE_WIDTH = 130
NOTE_LINE = 0.12
# Blue is below zero, red above; the two differ for every kind of colour vision.
DIVERGING = "vlag"
# Okabe and Ito's colours by way of seaborn.
CATEGORICAL = "colorblind"
# The ends of `DIVERGING`, for what has one colour a sign.
LOSS = "#a9373b"
GAIN = "#2369bd"
INK = "#222222"
MUTED = "#6b6b6b"
# What stands behind: controls, noise.
PALE = "#c9c9c9"
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


def save_with_numbers(figure: Figure, numbers: pd.DataFrame, targets: Sequence[Path]) -> None:
    """Write a figure as `save_figure` does, and what it shows to the targets that end in .csv."""
    save_figure(figure, [target for target in targets if target.suffix != ".csv"])
    for target in targets:
        if target.suffix == ".csv":
            with written_whole(target) as temporary:
                numbers.to_csv(temporary, index=False, lineterminator="\n")


def note_figure(title: str, lines: Sequence[str]) -> Figure:
    """What stands in the place of a figure that has nothing to draw: why, in lines of text."""
    height = 0.6 + note_height(lines)
    figure = new_figure(height)
    figure.text(0.01, 1 - 0.2 / height, title, fontsize=8, fontweight="bold", va="center")
    figure.text(0.01, 1 - 0.4 / height, _wrapped_lines(lines), fontsize=6, va="top")
    return figure


def note_below(figure: Figure, lines: Sequence[str]) -> None:
    """Lines of text at the figure's foot, each as wide as the figure at most."""
    figure.supxlabel(_wrapped_lines(lines), x=0.01, ha="left", fontsize=6, color=INK)


def _wrapped_lines(lines: Sequence[str]) -> str:
    return "\n".join(textwrap.fill(line, NOTE_WIDTH, subsequent_indent="   ") for line in lines)


def note_height(lines: Sequence[str]) -> float:
    """Inches that `note_below` takes."""
    return NOTE_LINE * sum(len(textwrap.wrap(line, NOTE_WIDTH)) for line in lines)


def legend_below(
    figure: Figure, handles: Sequence[Artist], columns: int, notes: Sequence[str] = ()
) -> None:
    """A legend under all axes, under notes (which would lie on it as `note_below`)."""
    figure.legend(
        handles=list(handles), loc="outside lower left", ncols=columns, frameon=False,
        alignment="left", title=_wrapped_lines(notes), title_fontsize=6,
    )  # fmt: skip


def title_above(figure: Figure, text: str) -> None:
    """A title over all axes that takes no width from the first."""
    figure.suptitle(text, x=0.01, ha="left", fontsize=8, fontweight="bold")


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


def codes(slugs: Sequence[str]) -> dict[str, str]:
    """A short name for each slug: its words' initials, numbered where two would be the same."""
    initials = ["".join(word[0] for word in slug.split("_") if word).upper() for slug in slugs]
    return {
        slug: code if initials.count(code) == 1 else f"{code}{initials[: place + 1].count(code)}"
        for place, (slug, code) in enumerate(zip(slugs, initials, strict=True))
    }


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
