"""Helpers of the study's tests: its archives, its way of writing numbers, a picture made coarse."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pandas as pd
from study.tables import Tables
from study.texts import Shown, states, texts
from tests.conftest import ROOT

STUDY = ROOT / "study/study.zip"
RECALL = ROOT / "study/recall.zip"
WRITTEN = ROOT / "study/written.zip"
STATE = ROOT / "study/paper_state.tar.xz"
ANSWERS = ROOT / "study/paper_answers.tar.xz"
MODEL = "qwen25-coder-15b-instruct"
GEMMA = "gemma-3-270m"
SMALL = ("smollm2-135m-instruct", GEMMA)
STRICT, FLEXIBLE = "exact_match,strict-match", "exact_match,flexible-extract"
"""The metrics of GSM8K."""
RANDOM = [f"all_abilities.specific-random-{seed}_0.001" for seed in range(1, 6)]
"""The states under random masks; written answers were given under the first two."""
COMPANIONS = (MODEL, GEMMA)
"""The models that answered the companions of contextual recall's own test."""
CHOICES = (
    "arc_challenge", "hellaswag", "winogrande", "boolq", "commonsense_qa", "truthfulqa_mc1", "mmlu",
)  # fmt: skip
"""The benchmarks of study.yaml."""


def effects(model: str) -> Path:
    """The table of effects of the companions' archive, in its folder."""
    return Path("results/analysis") / model / "effects_specific_0.001.csv"


def unpack(archive: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "zipfile", "-e", str(archive), str(folder)]
    subprocess.run(command, check=True)
    return folder


def unpack_tar(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    return folder


def table(folder: Path, name: str, model: str = MODEL) -> pd.DataFrame:
    """The rows of one model."""
    rows = pd.read_csv(folder / f"results/profiles/{name}.csv")
    return rows[rows.model == model]


def items_of(folder: Path, benchmark: str, state: str) -> dict[str, Any]:
    """The items of Qwen's record of a state."""
    record = folder / "results/evaluations" / MODEL / benchmark / f"{state}.json"
    items: dict[str, Any] = json.loads(record.read_text())["items"]
    return items


def items_by_state(folder: Path, benchmark: str) -> dict[str, dict[str, Any]]:
    """The items of all of Qwen's records of a benchmark."""
    records = (folder / "results/evaluations" / MODEL / benchmark).iterdir()
    names = [path.name.removesuffix(".json") for path in records]
    return {name: items_of(folder, benchmark, name) for name in names}


def texts_of(folder: Path, tables: Tables, benchmark: str, metric: str) -> list[Shown]:
    """The texts side by side from the records, by another way than `snakemake items`."""
    shown = states(tables, benchmark)
    columns: dict[str, Any] = {}
    for name in shown.all:
        items = items_of(folder, benchmark, name)
        columns |= {"digest": items["digest"], "index": items["index"]}
        columns[name] = [responses[0] for responses in items["responses"]]
        scores = items["scores"][metric]
        columns[f"{name}_right"] = ["right" if score == 1 else "wrong" for score in scores]
    return texts(pd.DataFrame(columns), shown)


def first_of(shown: Shown) -> str:
    """How the page names the first task of a kind."""
    return f"({shown.items} tasks; the first is number {shown.index}, digest {shown.digest})"


def signed(low: float, high: float, digits: int) -> str:
    return f"{low:.{digits}f} to {high:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def benchmark_row(title: str, name: str, tables: Tables, power: pd.DataFrame) -> str:
    """The row of a benchmark with an AIS in the report's table.

    Args:
        title: that the row begins with.
        name: of the benchmark.
        tables: that decide.
        power: rows of the run that the benchmark's answers come from.
    """
    cells, controls = (rows[rows.benchmark == name] for rows in (tables.cells, tables.controls))
    ais, random = (signed(rows.ais.min(), rows.ais.max(), 3) for rows in (cells, controls))
    return (
        f"| {title} | {cells.intact.iloc[0]:.3f} | {cells.guessing.iloc[0]:.3f} | "
        f"{ais} | {random} | {power.set_index('benchmark').detectable_ais[name]:.3f} | "
        f"{cells.over_random_high.max():.3f} | {tables.reliability.reliability[name]:.2f} |"
    )


def effective_row(title: str, found: pd.Series) -> str:
    """The row of a benchmark's effective number and of its range for noise."""
    interval = signed(found.effective_low, found.effective_high, 1)
    noise = signed(found.noise_low, found.noise_high, 1)
    return f"| {title} | {found.effective:.1f} ({interval}) | {noise} |"


def span_of(values: pd.DataFrame) -> str:
    """The smallest and the largest of all, to two places."""
    return signed(values.min().min(), values.max().max(), 2)


def bound(value: float) -> str:
    # No minus before what rounds to nothing.
    return f"{round(value, 3) + 0.0:.3f}".replace("inf", "∞").replace("-", "\N{MINUS SIGN}")


def two(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")


def one_cell(cells: pd.DataFrame, benchmark: str, ability: str) -> pd.Series:
    (found,) = cells.index[(cells.benchmark == benchmark) & (cells.ability == ability)]
    row: pd.Series = cells.loc[found]
    return row


def coarse(path: Path) -> np.ndarray:
    """The mean brightness of squares of 20 by 20 pixels."""
    pixels = matplotlib.image.imread(path)[..., :3].mean(axis=-1)
    rows, columns = (size // 20 for size in pixels.shape)
    squares = pixels[: 20 * rows, : 20 * columns].reshape(rows, 20, columns, 20)
    return np.asarray(squares.mean(axis=(1, 3)))
