"""Show what is planted in benchmarks beside what a model's masks find: python -m planted.demo.

`make demo` ends with it. It reads the run of config/demo.yaml in the folder demo/, prints a line
for what is planted and for what each selection finds, and draws demo/planted_and_found.png.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from benchprof import paths
from benchprof.files import write_csv
from benchprof.profile.criteria import CLEAR_EFFECT
from benchprof.report import style
from benchprof.report.matrix import all_matrices
from benchprof.report.names import inline, readable
from benchprof.report.numbers import number
from benchprof.run.run import Run, read_run

CONFIGURATION, FOLDER = Path("config/demo.yaml"), Path("demo")
PICTURE = FOLDER / "planted_and_found.png"
TITLES = {
    "planted": "What is planted",
    "contrastive": "What contrastive\nmasks find",
    "top": "What the paper's\nrule finds",
}
# Of abilities that their first word does not name.
SHORT = {"commonsense": "causal", "long": "knowledge"}
# At 800 pixels an inch has 100.
SIZE, FONT, DPI, COLOURS = (8.0, 4.3), 9.5, 200, 128
Losses = Mapping[str, pd.DataFrame]
"""AIS by benchmark and ability: what is `planted`, and what each selection's masks find."""


def main() -> None:
    """Run the command."""
    run = read_run([CONFIGURATION])
    losses = losses_of(run, pd.read_parquet(FOLDER / paths.IMPACT))
    mixtures = [name for name in run.benchmarks if name not in run.suite.held_out_test_of.values()]
    write_csv(PICTURE.with_suffix(".csv"), table(losses), digits=6)
    with style.styled():
        drawing(losses, mixtures).savefig(PICTURE, dpi=DPI)
    # A palette makes the file a third as large, and leaves out dates and versions.
    Image.open(PICTURE).convert("RGB").quantize(COLOURS).save(PICTURE, optimize=True)
    print(*lines(losses, mixtures), sep="\n")
    print(f"Open {FOLDER / paths.REPORT}, or {PICTURE} for all of this at a glance.")


def losses_of(run: Run, impact: pd.DataFrame) -> Losses:
    """What is planted in the benchmarks of a run's one model, and what each selection finds.

    Args:
        run: with a section `validation`, one model and one mask fraction.
        impact: its AIS table.
    """
    assert run.configuration.validation is not None
    known = json.loads(Path(run.configuration.validation.composition).read_text(encoding="utf-8"))
    truth = pd.DataFrame({name: known[name]["impact"] for name in run.benchmarks}).T
    matrices = all_matrices(impact, run.suite.held_out_test_of)
    found = {matrix.selection: matrix.grid("ais").astype(float) for matrix in matrices}
    return {"planted": truth[run.abilities]} | found


def lines(losses: Losses, benchmarks: Sequence[str]) -> list[str]:
    """For what is planted and for each selection, the AIS of the benchmarks in words."""
    return [
        f"{TITLES[name]} (AIS): ".replace("\n", " ")
        + "; ".join(f"{readable(own)}: {told(dict(grid.T[own]))}" for own in benchmarks)
        for name, grid in losses.items()
    ]


def told(losses: Mapping[str, float]) -> str:
    """The AIS above `CLEAR_EFFECT`, the largest first, and how large the others are at most."""
    clear = sorted(
        (own for own in losses if losses[own] > CLEAR_EFFECT), key=lambda own: -losses[own]
    )
    if len(clear) == len(losses):
        return (
            f"all {len(losses)} abilities {number(losses[clear[-1]])} to {number(losses[clear[0]])}"
        )
    named = [f"{inline(own)} {number(losses[own])}" for own in clear]
    most = max(abs(ais) for own, ais in losses.items() if own not in clear)
    return ", ".join([*named, f"others at most {number(most)}"])


def table(losses: Losses) -> pd.DataFrame:
    """The numbers of the picture, with a row for each benchmark and ability."""
    columns = {name: grid.stack() for name, grid in losses.items()}
    return pd.DataFrame(columns).rename_axis(["benchmark", "ability"]).reset_index()


def drawing(losses: Losses, mixtures: Sequence[str]) -> Figure:
    """A heatmap of what is planted, and one of each selection, on one scale of colours.

    Args:
        losses: of the abilities' held-out tests and of mixtures.
        mixtures: the benchmarks that stand apart, with numbers.
    """
    figure = Figure(figsize=SIZE, layout="constrained")
    *panels, bar = figure.subplots(1, len(losses) + 1, width_ratios=[1] * len(losses) + [0.06])
    for axes, (name, grid) in zip(panels, losses.items(), strict=True):
        tests = [own for own in grid.index if own not in mixtures]
        # An empty row lies between.
        _draw(axes, grid.reindex([*tests, "", *mixtures]), mixtures, bar)
        axes.set_title(TITLES[name], fontsize=FONT + 1.5)
        axes.set_yticks([])
    places = [*range(len(tests)), *range(len(tests) + 1, len(tests) + 1 + len(mixtures))]
    names = [f"{_short(own)} test".capitalize() for own in tests] + list(map(readable, mixtures))
    panels[0].set_yticks([own + 0.5 for own in places], names, fontsize=FONT)
    panels[len(losses) // 2].set_xlabel("the ability whose mask is set to zero", fontsize=FONT)
    bar.set_ylim(0, 1)
    bar.set_ylabel("share of the margin lost (AIS)", fontsize=FONT)
    bar.tick_params(labelsize=FONT, length=2)
    return figure


def _draw(axes: Axes, grid: pd.DataFrame, numbered: Sequence[str], bar: Axes) -> None:
    """One heatmap, with numbers in some rows and the names of the masks' abilities below."""
    texts = grid.map(lambda ais: number(ais, 1) if ais > CLEAR_EFFECT else "")
    texts.loc[[own for own in grid.index if own not in numbered]] = ""
    seaborn.heatmap(
        grid, ax=axes, cmap=style.DIVERGING, vmin=-1, vmax=1, annot=texts, fmt="",
        annot_kws={"fontsize": FONT - 2}, linewidths=0.6, linecolor="white", cbar_ax=bar,
    )  # fmt: skip
    axes.set_xticks(
        [own + 0.5 for own in range(grid.shape[1])],
        map(_short, map(str, grid)),
        fontsize=FONT,
        rotation=90,
    )
    axes.set(ylabel="", xlabel="")
    axes.tick_params(length=0)


def _short(ability: str) -> str:
    """The word that names an ability, or its test, among the others."""
    first = ability.partition("_")[0]
    return SHORT.get(first, first)


if __name__ == "__main__":
    main()
