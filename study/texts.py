"""Which written answers stand side by side on the page, by the rule of docs/study_design.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchprof.run.ablation import INTACT, Ablation
from benchprof.spreadsheet import FORMULA
from study.tables import Tables

CONTROL_SEED = 1
TOLERANCE = 1e-9


@dataclass(frozen=True)
class States:
    """The states whose answers are shown, as a table of items names them.

    Attributes:
        largest: the mask with the largest AIS on the benchmark.
        smallest: the mask with the smallest.
        control: the random mask with seed 1.
    """

    largest: str
    smallest: str
    control: str

    @property
    def all(self) -> tuple[str, str, str, str]:
        """The intact model, then the three."""
        return INTACT, self.largest, self.smallest, self.control


@dataclass(frozen=True)
class Shown:
    """One item to show, or None where the table has none of this kind.

    Attributes:
        kind: what the item is an example of.
        items: how many items of the benchmark are of this kind.
        digest: of the first of them, in the order of digests.
        index: its place in the task's data.
        answers: what each state wrote, and whether it was right, by the name of the state.
    """

    kind: str
    items: int
    digest: str | None
    index: int | None
    answers: Mapping[str, tuple[str, bool]]


def read_items(path: Path) -> pd.DataFrame:
    """Read a benchmark's table of items, as `snakemake items` writes it, with the texts as written.

    That command puts an apostrophe before what a spreadsheet would run as a formula.
    """
    return pd.read_csv(path, keep_default_na=False).map(_as_written)


def _as_written(cell: object) -> object:
    guarded = isinstance(cell, str) and cell.startswith("'") and FORMULA.match(cell[1:])
    return cell[1:] if isinstance(cell, str) and guarded else cell


def states(tables: Tables, benchmark: str) -> States:
    """The states that the rule takes; of equal AIS the ability that is first in the alphabet.

    Raises:
        ValueError: the benchmark has no AIS, or the run no random mask with seed 1.
    """
    cells = tables.cells[tables.cells.benchmark == benchmark].sort_values("ability")
    if cells.empty or cells.ais.isna().any():
        raise ValueError(f"{benchmark}: no AIS in this run; expected one under every mask")
    drawn = tables.controls[
        (tables.controls.benchmark == benchmark) & (tables.controls.seed == CONTROL_SEED)
    ]
    if len(drawn) != 1:
        raise ValueError(
            f"{benchmark}: {len(drawn)} random masks with seed {CONTROL_SEED}; expected one"
        )
    return States(
        largest=_name(cells.iloc[int(cells.ais.argmax())]),
        smallest=_name(cells.iloc[int(cells.ais.argmin())]),
        control=_name(drawn.iloc[0]),
    )


def check_items(items: pd.DataFrame, tables: Tables, benchmark: str, shown: States) -> None:
    """Stop if the texts are not those that the run's scores come from.

    Raises:
        ValueError: in one of the states, the share of right answers is not the run's score.
    """
    rows = pd.concat([tables.cells, tables.controls])
    rows = rows[rows.benchmark == benchmark]
    scores = {_name(row): row.ablated for _, row in rows.iterrows()} | {INTACT: rows.intact.iloc[0]}
    for name in shown.all:
        right = (items[f"{name}_right"] == "right").mean()
        if abs(right - scores[name]) > TOLERANCE:
            raise ValueError(
                f"{benchmark}: {right:.3f} of the texts are right under {name}, and the run's "
                f"score is {scores[name]:.3f}; expected the items of the same run and metric"
            )


def _name(row: pd.Series) -> str:
    seed = None if pd.isna(row.seed) else int(row.seed)
    return Ablation(row.ability, row.selection, row.fraction, seed).name


def texts(items: pd.DataFrame, shown: States) -> list[Shown]:
    """The three items of a benchmark that the rule takes.

    Args:
        items: of `read_items`.
        shown: of `states`.

    Raises:
        KeyError: the table has no column of one of the states.
    """
    right = {name: items[f"{name}_right"] == "right" for name in shown.all}
    kinds = {
        "right when intact and under the control, wrong under the mask with the largest AIS": (
            right[INTACT] & right[shown.control] & ~right[shown.largest]
        ),
        "right in all four states": (
            right[INTACT] & right[shown.largest] & right[shown.smallest] & right[shown.control]
        ),
        "wrong when intact, right under the mask with the largest AIS": (
            ~right[INTACT] & right[shown.largest]
        ),
    }
    return [_first(kind, items[of_kind], shown) for kind, of_kind in kinds.items()]


def _first(kind: str, items: pd.DataFrame, shown: States) -> Shown:
    if items.empty:
        return Shown(kind, 0, None, None, {})
    first = items.sort_values("digest").iloc[0]
    answers = {name: (first[name], first[f"{name}_right"] == "right") for name in shown.all}
    return Shown(kind, len(items), first.digest, int(first["index"]), answers)
