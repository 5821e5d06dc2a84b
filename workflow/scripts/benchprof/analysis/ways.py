"""Put several ways of making masks beside each other, from the tables of effects of their runs.

python -m benchprof.analysis.ways results/choice results/answer [--csv ways.csv]
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from scipy.stats import norm

from benchprof import markdown
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.files import write_csv

COLUMNS = ["way", "model", "masks", "abilities", "own", "own_low", "own_high", "other_test",
           "ratio", "random", "uninformative", "format_change", "validated"]  # fmt: skip
WIDTH = float(norm.ppf(0.975))


def ways_table(folders: Sequence[Path]) -> pd.DataFrame:
    """A row per results folder, model and kind of mask; rises of option cross-entropy in nats.

    Args:
        folders: the results of runs whose target `analysis` has been made.

    Returns:
        Means over the abilities: the rise on their own items (`own`) with its 95% interval, which
        accounts for the items alone; the largest on another ability's test (`other_test`), and how
        many times larger `own` is (`ratio`, where another test suffers at all); the rises under
        random masks and on uninformative items; the change of format likelihood. `validated` is the
        number of validated masks. NaN stands for what was not asked of every ability.

    Raises:
        InputError: a folder has no table of effects, or two have one name.
    """
    names = [folder.name for folder in folders]
    if "" in names or len(set(names)) < len(names):
        where, remedy = (
            ", ".join(map(str, folders)),
            "Rename the folders: a row has its folder's name.",
        )
        raise InputError(where, "names that do not tell the ways apart", "different names", remedy)
    rows = [row for folder in folders for row in _rows(folder)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(folder: Path) -> list[tuple[object, ...]]:
    files = sorted(folder.glob("analysis/*/effects_*.csv"))
    if not files:
        remedy = "Run `snakemake analysis` with the abilities' held-out tests among the benchmarks."
        raise InputError(folder, "no analysis/MODEL/effects_*.csv", "a run's results", remedy)
    return [(folder.name, *_row(file)) for file in files]


def _row(file: Path) -> tuple[object, ...]:
    table = pd.read_csv(file)
    if "validated" not in table:
        remedy = "Run `snakemake analysis` again: its finished work of before does not count."
        raise InputError(file, "a table of an earlier version", "its columns of today", remedy)
    names = ["option_cross_entropy", "other_test", "random", "uninformative", "format_change"]
    own, other, *rest = (float(table[name].mean(skipna=False)) for name in names)
    # The abilities' items are different ones, so that their errors are independent.
    width = (
        WIDTH * math.sqrt(table["option_cross_entropy_se"].pow(2).sum(skipna=False)) / len(table)
    )
    ratio = own / other if other > 0 else math.nan
    masks = file.stem.removeprefix("effects_")
    return (file.parent.name, masks, len(table), own, own - width, own + width, other, ratio,
            *rest, int(table["validated"].sum()))  # fmt: skip


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.3f}"
    return str(value)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchprof.analysis.ways", description=__doc__)
    parser.add_argument(
        "folders", type=path_argument, nargs="+", help="the results folder of each way"
    )
    parser.add_argument("--csv", type=path_argument, help="a file to write the table to as well")
    options = parser.parse_args()
    try:
        table = ways_table(options.folders)
    except InputError as error:
        parser.error(str(error))
    for line in markdown.table(
        COLUMNS, ([_cell(own) for own in row] for row in table.to_numpy().tolist())
    ):
        print(line)
    if options.csv:
        write_csv(options.csv, table, digits=6)


if __name__ == "__main__":
    main()
