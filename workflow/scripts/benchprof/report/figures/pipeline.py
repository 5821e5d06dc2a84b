"""The stages of a run with the time of each, from Snakemake's `benchmark` files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from benchprof.report import style
from benchprof.report.figure import Entry

ENTRY = Entry(
    name="pipeline",
    title="This run",
    of="run",
    draw="draw_pipeline",
    place=8,
    page="note",
)

# Each rule and what it says here, in an order in which jobs can run.
STAGES = {
    "prepare_model": "Prepare\nmodels",
    "check_sizes": "Check\nmask sizes",
    "compute_importance": "Score\nimportance",
    "find_super": "Find\nsuper set",
    "select_masks": "Select\nmasks",
    "draw_controls": "Draw\ncontrols",
    "evaluate_calibration": "Try\nsizes",
    "calibrate_masks": "Choose\nsizes",
    "evaluate_benchmark": "Evaluate\nablations",
    "evaluate_model": "Evaluate\nablations",
    "compute_profile": "Compute\nprofiles",
}
# Inches; a column is as wide as WIDTH by the number of stages.
HEIGHT = 1.6
BOX = (0.74, 0.9)
NOTE = (
    "For each rule, the wall-clock time of its latest jobs, added up, and the largest memory use "
    "of a job. Work that was already in the store took no time. Jobs may have run in parallel."
)


def draw_pipeline(timings: Mapping[str, Sequence[Path]], targets: Sequence[Path]) -> None:
    """Draw what the stages took.

    Args:
        timings: the `benchmark` file of each job, by rule; one that is missing is counted as such.
        targets: PNG, SVG, PDF, CSV and TXT files.
    """
    numbers = pipeline_numbers(timings)
    style.save_figure(lambda: pipeline_figure(numbers), caption(numbers), targets, numbers)


def pipeline_numbers(timings: Mapping[str, Sequence[Path]]) -> pd.DataFrame:
    """A row per rule: its jobs, how many were timed, seconds in sum, the longest, and memory.

    Snakemake writes one row per job (`s`: seconds, `max_rss`: MB); a job too short to be sampled
    has no memory.
    """
    return pd.DataFrame([_row(rule, files) for rule, files in timings.items()])


def pipeline_figure(numbers: pd.DataFrame) -> Figure:
    """A box per rule with its numbers, from left to right."""
    rows = numbers.set_index("rule").to_dict("index")
    shown = [rule for rule in STAGES if rule in rows]
    figure = style.new_figure(HEIGHT)
    axes = figure.subplots()
    axes.set(xlim=(-0.5, len(shown) - 0.5), ylim=(-0.6, 0.6))
    axes.axis("off")
    style.title_above(figure, "What this run did, and how long it took")
    for place, rule in enumerate(shown):
        _draw_box(axes, place, STAGES[rule], rows[rule])
    return figure


def caption(numbers: pd.DataFrame) -> str:
    """What the figure shows, in words, from the same data."""
    return (
        f"The stages of this run: {int(numbers['timed'].sum())} timed jobs, "
        f"{_duration(float(numbers['seconds'].sum()))} in total. {NOTE}"
    )


def note() -> str:
    """How to read the figure, where its data are not at hand."""
    return NOTE


def _row(rule: str, files: Sequence[Path]) -> dict[str, Any]:
    parts = [pd.read_csv(file, sep="\t", na_values="-") for file in files if file.is_file()]
    table = pd.concat(parts) if parts else pd.DataFrame({"s": [], "max_rss": []})
    return {
        "rule": rule,
        "jobs": len(files),
        "timed": len(parts),
        "seconds": table["s"].sum() if parts else float("nan"),
        "longest": table["s"].max(),
        "memory_mb": table["max_rss"].max(),
    }


def _draw_box(axes: Axes, place: int, name: str, row: Mapping[Any, Any]) -> None:
    """A stage, with an arrow from the one before it."""
    width, height = BOX
    axes.add_patch(
        FancyBboxPatch((place - width / 2, -height / 2), width, height, facecolor="white",
                       boxstyle="round,pad=0,rounding_size=0.06", edgecolor=style.MUTED, lw=0.8)
    )  # fmt: skip
    axes.text(place, 0.04, name, ha="center", va="bottom", fontsize=7, fontweight="bold")
    axes.text(place, -0.02, _said(row), ha="center", va="top", fontsize=6)
    if place:
        ends = (place - 1 + width / 2, 0.0), (place - width / 2, 0.0)
        axes.add_patch(
            FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=7, color=style.MUTED, lw=0.8,
                            shrinkA=0, shrinkB=0)
        )  # fmt: skip


def _said(row: Mapping[Any, Any]) -> str:
    """What a box says below its name."""
    if not row["timed"]:
        return "no times kept"
    untimed = f" ({row['timed']} timed)" if row["timed"] < row["jobs"] else ""
    memory = row["memory_mb"]
    used = f"\n{memory / 1024:.1f} GB" if np.isfinite(memory) else ""
    return f"jobs: {row['jobs']}{untimed}\n{_duration(row['seconds'])}{used}"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
