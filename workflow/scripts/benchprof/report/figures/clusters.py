"""Which benchmarks draw on the same abilities: similarity of their profiles within a model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import squareform

from benchprof.profile import reason
from benchprof.profile.measures import noise_null, profile_similarity
from benchprof.report import style
from benchprof.report.matrix import Matrix
from benchprof.report.names import wrapped
from benchprof.report.numbers import interval, number
from benchprof.report.undefined import full_caption

# Two have a similarity, but no clusters.
LEAST_BENCHMARKS = 3
# Of the simulated noise.
SEED = 0
ONE_ABILITY = f"No clusters: {reason.SENTENCES[reason.ONE_ABILITY]}."
# Inches.
ROW_HEIGHT = 0.27
FRAME_HEIGHT = 2.0


def draw_clusters(matrix: Matrix, targets: Sequence[Path]) -> None:
    """Draw how similar benchmarks are; arguments as of `heatmap.draw_heatmap`."""
    with style.styled():
        text = full_caption(caption(matrix), matrix)
        style.save_figure(cluster_figure(matrix), text, targets, cluster_numbers(matrix))


def cluster_numbers(matrix: Matrix) -> pd.DataFrame:
    """A row per pair of benchmarks that have profiles: 1 - Jensen-Shannon divergence, base 2."""
    profiles = _profiles(matrix)
    rows = []
    for first, second in combinations(profiles.index, 2):
        one, other = profiles.loc[first].to_numpy(), profiles.loc[second].to_numpy()
        rows.append((first, second, float(profile_similarity(one, other))))
    columns = ["benchmark_a", "benchmark_b", "similarity"]
    return pd.DataFrame(rows, columns=columns)


def cluster_figure(matrix: Matrix) -> Figure:
    """The similarities as a heatmap in the order of the tree beside it (average linkage)."""
    if nothing := _nothing(matrix):
        return style.note_figure(matrix.title, nothing)
    square = _square(cluster_numbers(matrix), list(_profiles(matrix).index))
    key = f"Pure noise: {_noise(matrix)}. {matrix.absent()}".rstrip()
    figure = style.new_figure(FRAME_HEIGHT + ROW_HEIGHT * len(square) + style.key_height(key))
    tree, cells, bar = figure.subplots(1, 3, width_ratios=[1, 5, 0.12])
    order = _draw_tree(tree, square)
    _draw_cells(cells, bar, square.iloc[order, order])
    style.title_above(figure, matrix.title)
    style.key_below(figure, key)
    return figure


def caption(matrix: Matrix) -> str:
    """What the figure shows, in words, from the same data."""
    if nothing := _nothing(matrix):
        return nothing
    return " ".join(filter(None, [
        f"Similarity of the benchmarks' profiles under {matrix.model} (masks: "
        f"{matrix.masks_in_words}), {len(cluster_numbers(matrix))} pairs: 1 - "
        "Jensen-Shannon divergence of two profiles.",
        matrix.turned,
        "Tree: average linkage of the divergence.",
        f"Profiles of pure noise are similar too: {_noise(matrix)}.",
        matrix.absent(),
    ]))  # fmt: skip


def _nothing(matrix: Matrix) -> str:
    """Why there are no clusters; empty where there are."""
    if len(matrix.abilities) == 1:
        return ONE_ABILITY
    count = len(_profiles(matrix))
    if count >= LEAST_BENCHMARKS:
        return ""
    return (
        f"No clusters: they need {LEAST_BENCHMARKS} benchmarks with a profile; {count or 'none'} "
        f"{'have' if count > 1 else 'has'} one. {matrix.absent()}"
    ).rstrip()


def _profiles(matrix: Matrix) -> pd.DataFrame:
    """(benchmarks, abilities): the AIS of those that have a profile, which no equal ones make."""
    ais = matrix.grid("ais").astype(float).dropna()
    return ais[ais.nunique(axis=1) > 1]


def _noise(matrix: Matrix) -> str:
    low, median, high = noise_null(len(matrix.abilities), SEED)["similarity"].quantiles()
    values = f"median {number(median)}, 95% from {interval(low, high)}"
    return f"{values}, if scores are continuous"


def _square(numbers: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """(benchmarks, benchmarks), symmetric, 1 on the diagonal."""
    values, place = np.eye(len(names)), {name: number for number, name in enumerate(names)}
    for first, second, similarity in numbers.to_numpy():
        values[place[first], place[second]] = values[place[second], place[first]] = similarity
    return pd.DataFrame(values, names, names)


def _draw_tree(axes: Axes, square: pd.DataFrame) -> list[int]:
    """The tree, its leaves at the heights of the cells' rows; returns their order."""
    distances = squareform(1 - square.to_numpy(), checks=False)
    tree = dendrogram(linkage(distances, "average", optimal_ordering=True), no_plot=True)
    for place, distance in zip(tree["icoord"], tree["dcoord"], strict=True):
        # SciPy puts leaf i at 5 + 10i; seaborn puts row i at i + 0.5.
        axes.plot(distance, np.array(place) / 10, color=style.INK, lw=0.8)
    axes.set_ylim(len(square), 0)
    axes.invert_xaxis()
    axes.axis("off")
    return [int(leaf) for leaf in tree["leaves"]]


def _draw_cells(axes: Axes, bar: Axes, square: pd.DataFrame) -> None:
    texts = square.map(number)
    seaborn.heatmap(
        square, ax=axes, cmap="cividis", vmin=0.5, vmax=1, annot=texts, fmt="",
        annot_kws={"fontsize": 6}, linewidths=0.6, linecolor="white", cbar_ax=bar,
    )  # fmt: skip
    names = [wrapped(str(name), 24) for name in square.index]
    axes.yaxis.tick_right()
    axes.set_yticks(np.arange(len(names)) + 0.5, names, rotation=0)
    axes.set_xticks(np.arange(len(names)) + 0.5, names, rotation=90)
    axes.tick_params(length=0)
    bar.set_ylabel("Profile similarity")
    bar.tick_params(length=2, width=0.5)
