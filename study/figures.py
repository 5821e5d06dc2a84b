"""Draw the figures of docs/study.md, those of Qwen, from the tables of a run, as PNG files.

python -m study.figures results/profiles FOLDER --suffix _paper
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchprof.report import style
from benchprof.report.figures.forest import draw_forest
from benchprof.report.figures.heatmap import draw_heatmap
from benchprof.report.matrix import matrix_of
from benchprof.report.names import codes, readable
from study.labels import remainder
from study.second_profile import second_profiles
from study.tables import MODEL, Rules, Tables, joined, read_rules, read_tables

AIS = ("study_impact_qwen", "study_forest_qwen")
SECOND_PROFILES = "study_second_profiles_qwen"
# Inches.
PANEL_HEIGHT = 0.74
FRAME_HEIGHT = 1.2
TITLES = (
    "second profile (correlations) against AIS",
    "without the own tests' mean and the first factor",
)
SIZE = 3.5
"""Of a point, in points."""
FACES = {True: style.INK, False: "white"}


def ais_rows(tables: Tables, rules: Rules) -> pd.DataFrame:
    """The AIS of the public benchmarks and then of the own tests, as figures need them.

    Args:
        tables: of a run, or of `joined`.
        rules: of the study.
    """
    names = [*rules.benchmarks, *tables.own_tests.values()]
    order = {name: number for number, name in enumerate(names)}
    rows = pd.concat([tables.cells, tables.controls], ignore_index=True)
    rows = rows[rows.benchmark.isin(order)]
    return rows.sort_values("benchmark", key=lambda own: own.map(order), kind="stable")


def draw_ais(tables: Tables, rules: Rules, folder: Path, suffix: str = "") -> None:
    """Draw the heatmap of all AIS, and the forest plot of the public benchmarks' alone.

    Args:
        tables: of a run, or of `joined`.
        rules: of the study.
        folder: gets two files, named by `AIS` and the suffix.
        suffix: of their names.
    """
    rows = ais_rows(tables, rules)
    model, selection, fraction = rows.iloc[0][["model", "selection", "fraction"]]
    heatmap, forest = (folder / f"{name}{suffix}.png" for name in AIS)
    draw_heatmap(matrix_of(rows, model, selection, fraction, tables.own_tests), [heatmap])
    public = rows[rows.benchmark.isin(rules.benchmarks)]
    draw_forest(matrix_of(public, model, selection, fraction, {}), [forest])


def draw_second_profiles(written: Tables, rules: Rules, folder: Path, suffix: str = "") -> None:
    """Draw the labels and the second profiles against the AIS.

    Args:
        written: a run with all benchmarks that count and all own tests.
        rules: of the study.
        folder: gets a file, named by `SECOND_PROFILES` and the suffix.
        suffix: of its name.
    """
    with style.styled():
        figure = second_profiles_figure(points(written, rules))
        style.save_figure(figure, "", [folder / f"{SECOND_PROFILES}{suffix}.png"])


def points(written: Tables, rules: Rules) -> pd.DataFrame:
    """The AIS and the second profiles, twice: as they are, and without general damage.

    Without it means without the mean of the own tests (second profiles) and without the best
    rank-one approximation (AIS).

    Args:
        written: a run with all benchmarks that count and all own tests.
        rules: of the study.

    Returns:
        Rows of (benchmark, ability, without, ais, second, labelled).
    """
    counting = written.counting(rules.benchmarks)
    table = written.matrix(counting)
    frames = []
    for without, ais in ((False, table), (True, remainder(table))):
        for found in second_profiles(written, counting, without):
            frame = pd.DataFrame({"ais": ais.T[found.benchmark], "second": found.correlations})
            labelled = frame.index.isin(rules.labels[found.benchmark])
            frames.append(
                frame.rename_axis("ability")
                .reset_index()
                .assign(benchmark=found.benchmark, without=without, labelled=labelled)
            )
    return pd.concat(frames, ignore_index=True)


def second_profiles_figure(shown: pd.DataFrame) -> Figure:
    """A row of two panels per benchmark, a point per ability.

    Args:
        shown: of `points`.
    """
    benchmarks = list(shown.benchmark.unique())
    figure = style.new_figure(FRAME_HEIGHT + PANEL_HEIGHT * len(benchmarks))
    axes = figure.subplots(len(benchmarks), 2, sharey=True, squeeze=False)
    by_panel = shown.groupby(["benchmark", "without"])
    for row, benchmark in zip(axes, benchmarks, strict=True):
        for panel, without in zip(row, (False, True), strict=True):
            _draw_panel(panel, by_panel.get_group((benchmark, without)))
        row[0].set_ylabel(readable(benchmark), rotation=0, ha="right", va="center")
    for panel, title in zip(axes[0], TITLES, strict=True):
        panel.set_title(title, fontsize=7, loc="left")
    axes[0, 0].set_ylim(-1.2, 1.2)
    axes[0, 0].set_yticks([-1, 0, 1])
    axes[-1, 0].set_xlabel("AIS")
    axes[-1, 1].set_xlabel("AIS minus its best rank-one approximation")
    style.title_above(figure, MODEL)
    style.legend_below(figure, _legend(), 2)
    return figure


def _draw_panel(axes: Axes, shown: pd.DataFrame) -> None:
    """Draw one benchmark's points, the labelled abilities over the others and with their codes."""
    axes.axhline(0, color=style.PALE, linewidth=0.6, zorder=0)
    axes.axvline(0, color=style.PALE, linewidth=0.6, zorder=0)
    short = codes(list(shown.ability))
    for labelled, own in shown.groupby("labelled"):
        axes.plot(own.ais, own.second, "o", ms=SIZE, mec=style.INK, mfc=FACES[bool(labelled)])
    for ability, x, y in shown[shown.labelled][["ability", "ais", "second"]].itertuples(
        index=False
    ):
        axes.annotate(
            short[ability], (x, y), (0, 3), textcoords="offset points", fontsize=6,
            ha="center", va="bottom",
        )  # fmt: skip
    reach = 1.15 * float(np.abs(shown.ais).max())
    axes.set_xlim(-reach, reach)
    axes.locator_params(axis="x", nbins=5)


def _legend() -> list[Line2D]:
    labels = {True: "an ability that others say the benchmark asks for", False: "another ability"}
    return [
        Line2D([], [], marker="o", ls="", ms=SIZE, mec=style.INK, mfc=FACES[labelled], label=label)
        for labelled, label in labels.items()
    ]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m study.figures", description=__doc__)
    parser.add_argument("profiles", type=Path, help="a run's results/profiles")
    parser.add_argument("folder", type=Path, help="where the PNG files go")
    parser.add_argument(
        "--all", type=Path, help="results/profiles of a run that adds the written benchmarks"
    )
    parser.add_argument("--suffix", default="", help="of the files' names: _paper")
    options = parser.parse_args()
    first = read_tables(options.profiles, MODEL)
    last = read_tables(options.all, MODEL) if options.all else first
    rules, folder, suffix = read_rules(), options.folder, options.suffix
    draw_ais(joined(first, last), rules, folder, suffix)
    draw_second_profiles(last, rules, folder, suffix)


if __name__ == "__main__":
    main()
