"""The DAG of a run with the time of each stage, from Snakemake's `benchmark` files."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from benchprof.report import style
from benchprof.report.names import counted

# Each rule, what it says here and what it needs; a test compares with Snakemake's own graph.
STAGES: Mapping[str, tuple[str, Sequence[str]]] = {
    "prepare_model": ("Prepare\nmodels", ()),
    "check_sizes": ("Check\nmask sizes", ("prepare_model",)),
    "compute_importance": ("Score\nimportance", ("prepare_model", "check_sizes")),
    "select_masks": ("Select\nmasks", ("prepare_model", "compute_importance")),
    "draw_controls": ("Draw\ncontrols", ("prepare_model", "select_masks")),
    "evaluate_benchmark": (
        "Evaluate\nablations",
        ("prepare_model", "select_masks", "draw_controls"),
    ),
    "compute_profile": (
        "Compute\nprofiles",
        ("evaluate_benchmark", "select_masks", "draw_controls"),
    ),
}
# Where a selection leaves the super set out, these stand in the place of those of the same name.
SUPER: Mapping[str, tuple[str, Sequence[str]]] = {
    "find_super": ("Find\nsuper set", ("prepare_model", "compute_importance")),
    "select_masks": ("Select\nmasks", ("prepare_model", "compute_importance", "find_super")),
    "draw_controls": ("Draw\ncontrols", ("prepare_model", "find_super", "select_masks")),
}
# Where k is calibrated, these stand before the evaluation and pass the masks on to what follows;
# that what follows may also need masks of other k is not drawn.
CALIBRATION: Mapping[str, tuple[str, Sequence[str]]] = {
    "evaluate_calibration": (
        "Try\nsizes",
        ("prepare_model", "select_masks", "draw_controls"),
    ),
    "calibrate_masks": (
        "Choose\nsizes",
        ("evaluate_calibration", "select_masks", "draw_controls"),
    ),
    "evaluate_benchmark": ("Evaluate\nablations", ("prepare_model", "calibrate_masks")),
    "compute_profile": ("Compute\nprofiles", ("evaluate_benchmark", "calibrate_masks")),
}
# Inches; a column is as wide as WIDTH by the number of stages.
HEIGHT = 2.6
BOX = (0.74, 0.9)
NOTE = (
    "For each rule, the wall-clock time of its latest jobs, added up, and the largest memory use "
    "of a job. Work that was already in the store took no time. Jobs may have run in parallel."
)


def draw_pipeline(timings: Mapping[str, Sequence[Path]], targets: Sequence[Path]) -> None:
    """Draw what the stages took.

    Args:
        timings: the `benchmark` file of each job, by rule; one that is missing is counted as such.
        targets: PNG, SVG, CSV and TXT files.
    """
    numbers = pipeline_numbers(timings)
    with style.styled():
        style.save_figure(pipeline_figure(numbers), caption(numbers), targets, numbers)


def pipeline_numbers(timings: Mapping[str, Sequence[Path]]) -> pd.DataFrame:
    """A row per rule: its jobs, how many were timed, seconds in sum, the longest, and memory.

    Snakemake writes one row per job (`s`: seconds, `max_rss`: MB); a job too short to be sampled
    has no memory.
    """
    return pd.DataFrame([_row(rule, files) for rule, files in timings.items()])


def pipeline_figure(numbers: pd.DataFrame) -> Figure:
    """A box per rule of `stages` with its numbers, and an arrow per dependency."""
    shown = stages(set(numbers["rule"]))
    figure = style.new_figure(HEIGHT)
    axes = figure.subplots()
    axes.set(xlim=(-0.5, len(shown) - 0.5), ylim=(-1.1, 1.1))
    axes.axis("off")
    style.title_above(figure, "What this run did, and how long it took")
    rows = numbers.set_index("rule").to_dict("index")
    order = list(shown)
    for place, (rule, (name, needs)) in enumerate(shown.items()):
        _draw_box(axes, place, name, rows.get(rule))
        for needed in needs:
            _draw_arrow(axes, order.index(needed), place)
    return figure


def stages(rules: Container[str]) -> Mapping[str, tuple[str, Sequence[str]]]:
    """`STAGES`, with `SUPER` and `CALIBRATION` where a run has their rules.

    Where a job evaluates a model on all benchmarks, `evaluate_model` has `evaluate_benchmark`'s
    place. Where masks are listed nothing is scored.
    """
    shown = dict(STAGES)
    if "select_masks" in rules and "compute_importance" not in rules:
        del shown["compute_importance"]
        shown["select_masks"] = (STAGES["select_masks"][0], ("prepare_model",))
    for own, mark in ((SUPER, "find_super"), (CALIBRATION, "calibrate_masks")):
        if mark in rules:
            first = min(place for place, rule in enumerate(shown) if rule in own)
            kept = {rule: stage for rule, stage in shown.items() if rule not in own}
            before = dict(list(kept.items())[:first])
            shown = before | dict(own) | kept
    if "evaluate_model" not in rules:
        return shown
    renamed = {"evaluate_benchmark": "evaluate_model"}
    return {
        renamed.get(rule, rule): (name, [renamed.get(needed, needed) for needed in needs])
        for rule, (name, needs) in shown.items()
    }


def caption(numbers: pd.DataFrame) -> str:
    """What the figure shows, in words, from the same data."""
    return (
        f"The stages of this run: {counted(int(numbers['timed'].sum()), 'timed job')}, "
        f"{_duration(float(numbers['seconds'].sum()))} in total. {NOTE}"
    )


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


def _draw_box(axes: Axes, place: int, name: str, row: Mapping[Any, Any] | None) -> None:
    width, height = BOX
    axes.add_patch(
        FancyBboxPatch((place - width / 2, -height / 2), width, height, facecolor="white",
                       boxstyle="round,pad=0,rounding_size=0.06", edgecolor=style.MUTED, lw=0.8)
    )  # fmt: skip
    axes.text(place, 0.04, name, ha="center", va="bottom", fontsize=7, fontweight="bold")
    axes.text(place, -0.02, _said(row), ha="center", va="top", fontsize=6)


def _said(row: Mapping[Any, Any] | None) -> str:
    """What a box says below its name."""
    if row is None or not row["timed"]:
        return "no times kept"
    jobs = counted(row["jobs"], "job")
    untimed = f" ({row['timed']} timed)" if row["timed"] < row["jobs"] else ""
    memory = row["memory_mb"]
    used = f"\n{memory / 1024:.1f} GB" if np.isfinite(memory) else ""
    return f"{jobs}{untimed}\n{_duration(row['seconds'])}{used}"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _draw_arrow(axes: Axes, start: int, end: int) -> None:
    """To the next box straight; over others in an arc, above what needs the model itself."""
    width, height = BOX
    if end == start + 1:
        points, bend = ((start + width / 2, 0.0), (end - width / 2, 0.0)), 0.0
    else:
        side = 1 if start == 0 else -1
        # Arrows leave at the right of a box and arrive at the left of the next.
        points = (start + 0.15, side * height / 2), (end - 0.15, side * height / 2)
        bend = -side * 0.22
    axes.add_patch(
        FancyArrowPatch(*points, connectionstyle=f"arc3,rad={bend}", arrowstyle="-|>",
                        mutation_scale=7, color=style.MUTED, lw=0.8, shrinkA=0, shrinkB=0)
    )  # fmt: skip
