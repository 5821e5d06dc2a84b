"""Draw the figures of docs/study.md from the tables of two runs, as PNG files in a folder.

python -m study.figures results/study/results/profiles results/written/results/profiles docs/images
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchprof.report import style
from benchprof.report.figures.forest import draw_forest
from benchprof.report.figures.heatmap import draw_heatmap
from benchprof.report.names import codes, readable
from study.labels import remainder
from study.second_profile import second_profiles
from study.tables import SUFFIX, Rules, Tables, joined, read_rules, read_tables

# Inches.
PANEL_HEIGHT = 0.74
FRAME_HEIGHT = 1.2
COLUMNS = (
    "second profile against AIS",
    "the same without the tests' mean and the factor",
)


def draw_ais(choices: Tables, written: Tables, rules: Rules, folder: Path) -> None:
    """Draw the AIS on all benchmarks and own tests, and those on the benchmarks with intervals.

    Args:
        choices: the run whose answers are choices; it decides where both have a benchmark.
        written: the run that adds the benchmarks with written answers.
        rules: of the study.
        folder: gets `study_impact_qwen.png` and `study_forest_qwen.png`.
    """
    tables = joined(choices, written)
    rows = pd.concat([tables.cells, tables.controls], ignore_index=True)
    # As in the run's tables that are no text.
    rows = rows.astype({"seed": "Int64", "fraction": str, "k": str})
    own = {ability: f"{ability}{SUFFIX}" for ability in rows.ability}
    asked = [*rules.benchmarks, *dict.fromkeys(own.values())]
    order = {name: place for place, name in enumerate(asked)}
    rows = rows[rows.benchmark.isin(order)].sort_values(
        "benchmark", key=lambda names: names.map(order), kind="stable"
    )
    (model,), (selection,), (fraction,) = (
        rows[name].unique() for name in ("model", "selection", "fraction")
    )
    draw_heatmap(rows, model, selection, fraction, own, [folder / "study_impact_qwen.png"])
    of_rules = rows[rows.benchmark.isin(rules.benchmarks)]
    draw_forest(of_rules, model, selection, fraction, {}, [folder / "study_forest_qwen.png"])


def draw_second_profiles(written: Tables, rules: Rules, folder: Path) -> None:
    """Draw the labels and the second profiles against the AIS, before and after general damage.

    Args:
        written: a run with all benchmarks that count and all own tests.
        rules: of the study.
        folder: gets `study_second_profiles_qwen.png`.
    """
    with style.styled():
        style.save_figure(
            second_profiles_figure(written, rules), "", [folder / "study_second_profiles_qwen.png"]
        )


def second_profiles_figure(written: Tables, rules: Rules) -> Figure:
    """A row of two panels per benchmark, a point per ability, the labelled ones filled and named.

    Left: the correlations of the second profile against the AIS. Right: without the mean of the
    own tests, against what the best rank-one approximation leaves of the AIS.
    """
    counting = written.counting(rules.benchmarks)
    ais = written.matrix(counting)
    figure = style.new_figure(FRAME_HEIGHT + PANEL_HEIGHT * len(counting))
    axes = figure.subplots(len(counting), 2, sharey=True, squeeze=False)
    for column, table in enumerate((ais, remainder(ais))):
        for place, found in zip(
            axes[:, column], second_profiles(written, counting, bool(column)), strict=True
        ):
            points = pd.DataFrame({"ais": table.T[found.benchmark], "second": found.correlations})
            _draw_panel(place, points, rules.labels[found.benchmark])
        axes[0, column].set_title(COLUMNS[column], fontsize=7, loc="left")
    for place, name in zip(axes[:, 0], counting, strict=True):
        place.set_ylabel(readable(name), rotation=0, ha="right", va="center")
    axes[0, 0].set_ylim(-1.1, 1.1)
    axes[0, 0].set_yticks([-1, 0, 1])
    axes[-1, 0].set_xlabel("AIS")
    axes[-1, 1].set_xlabel("AIS minus its best rank-one approximation")
    style.title_above(figure, written.cells.model.iloc[0])
    style.legend_below(figure, _legend(), 2)
    return figure


def _draw_panel(axes: Axes, points: pd.DataFrame, labelled: Sequence[str]) -> None:
    """Draw `points` (ability; ais, second), the labelled abilities over the others."""
    axes.axhline(0, color=style.PALE, linewidth=0.6, zorder=0)
    axes.axvline(0, color=style.PALE, linewidth=0.6, zorder=0)
    other, named = points.drop(index=list(labelled)), points.loc[list(labelled)]
    axes.plot(other.ais, other.second, "o", markersize=3.5, mfc="white", mec=style.MUTED)
    axes.plot(named.ais, named.second, "o", markersize=3.5, color=style.LOSS)
    short = codes([*points.index])
    for ability, x, y in named.itertuples():
        axes.annotate(
            short[ability], (x, y), (4, 0), textcoords="offset points",
            fontsize=6, color=style.LOSS, va="center",
        )  # fmt: skip
    reach = 1.15 * float(np.abs(points.ais).max())
    axes.set_xlim(-reach, reach)
    axes.locator_params(axis="x", nbins=5)


def _legend() -> list[Line2D]:
    def point(face: str, edge: str, label: str) -> Line2D:
        return Line2D([], [], marker="o", ls="", markersize=3.5, mfc=face, mec=edge, label=label)

    return [
        point(style.LOSS, style.LOSS, "an ability that others say the benchmark asks for"),
        point("white", style.MUTED, "another ability"),
    ]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m study.figures", description=__doc__)
    parser.add_argument("profiles", type=Path, help="results/profiles of the run of choices")
    parser.add_argument("written", type=Path, help="results/profiles of the run that adds others")
    parser.add_argument("folder", type=Path, help="where the PNG files go")
    parser.add_argument("--model", default="qwen25-coder-15b-instruct")
    options = parser.parse_args()
    choices, written = (
        read_tables(folder, options.model) for folder in (options.profiles, options.written)
    )
    rules = read_rules()
    draw_ais(choices, written, rules, options.folder)
    draw_second_profiles(written, rules, options.folder)


if __name__ == "__main__":
    main()
