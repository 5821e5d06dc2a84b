"""The AIS table cut into what a figure or a table shows: one model, one selection, one mask
fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchprof.ablation import ALL_ABILITIES, and_mask_fraction, shown_mask_fraction
from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.profile.findings import compared, unnamed
from benchprof.report.names import metric, model_name

# Behind an AIS whose ablated model is broken as a whole.
BROKEN = "†"


@dataclass(frozen=True)
class Matrix:
    """AIS of one model under one selection and mask fraction, in each benchmark's headline metric
    or another.

    Attributes:
        model: its name.
        selection: the rule that made the masks.
        mask_fraction: as configured, and as file names have it.
        mask_fraction_value: the number, also where `mask_fraction` is the word `calibrated`.
        held_out_test_of: the benchmark of an ability's test split, by ability, where it is shown.
        benchmarks: the rows, in the table's order; of another metric, those that have it.
        abilities: the columns, in the table's order.
        cells: a row of the AIS table per (benchmark, ability).
        controls: a row per (benchmark, random control).
    """

    model: str
    selection: str
    mask_fraction: str
    mask_fraction_value: str
    held_out_test_of: Mapping[str, str]
    benchmarks: tuple[str, ...]
    abilities: tuple[str, ...]
    cells: pd.DataFrame
    controls: pd.DataFrame

    @property
    def shown_mask_fraction(self) -> str:
        """The mask fraction for readers."""
        return shown_mask_fraction(self.mask_fraction, self.mask_fraction_value)

    @property
    def shown_model(self) -> str:
        """The model for readers."""
        return model_name(self.model)

    @property
    def title(self) -> str:
        """What a figure or a table of it is headed by."""
        masks = f"{self.selection} masks{and_mask_fraction(self.shown_mask_fraction)}"
        return f"{self.shown_model}, {masks}"

    @property
    def masks_in_words(self) -> str:
        """Its masks, for captions: "contrastive, mask fraction 0.001"."""
        return f"{self.selection}{and_mask_fraction(self.shown_mask_fraction)}"

    def rows_of(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table that are of its model, selection and mask fraction."""
        return _view(table, self.model, self.selection, self.mask_fraction)

    @property
    def controlled(self) -> bool:
        """Whether there are random masks beside the abilities'."""
        return not self.controls.empty

    @property
    def contrasts(self) -> tuple[str, ...]:
        """What the abilities' masks are compared with, of `profile.findings.CONTRASTS`."""
        return compared(self.cells.to_dict("records"))

    @property
    def unnamed(self) -> str:
        """Why no profile can name an ability; empty where one can, or where none is defined."""
        profiles = self.cells[self.cells["ais"].notna()].groupby("benchmark", sort=False)
        reasons = [unnamed(cells.to_dict("records")) for _, cells in profiles]
        return reasons[0] if reasons else ""

    @property
    def mask_sizes(self) -> dict[str, int]:
        """The number of entries of each ability's mask."""
        masks = self.cells.drop_duplicates("ability")
        return dict(zip(masks["ability"], masks["mask_size"].astype(int), strict=True))

    @property
    def unbounded(self) -> pd.DataFrame:
        """The cells of whose interval an end is infinite."""
        bounds = self.cells[["ais_low", "ais_high"]].astype(float)
        unbounded: pd.DataFrame = self.cells[np.isinf(bounds.to_numpy()).any(axis=1)]
        return unbounded

    @property
    def one_mask(self) -> bool:
        """Whether several abilities share one mask, as those of `core` do."""
        return len(self.abilities) > 1 and self.cells["mask_digest"].nunique() == 1

    def grid(self, column: str) -> pd.DataFrame:
        """One column of the cells as (benchmarks, abilities)."""
        wide = self.cells.pivot(index="benchmark", columns="ability", values=column)
        return wide.reindex(index=list(self.benchmarks), columns=list(self.abilities))

    def marked(self) -> pd.DataFrame:
        """(benchmarks, abilities), bool: whether a cell differs from its random controls."""
        return self.grid("q_random").astype(float) < SIGNIFICANCE

    def broken(self) -> pd.DataFrame:
        """(benchmarks, abilities), bool: whether the ablated model is broken as a whole."""
        flags = self.grid("flag_code")
        return flags.notna() & (flags != "")

    def reasons(self) -> dict[str, str]:
        """Why a benchmark has no AIS, by benchmark; none for those that have."""
        undefined = self.cells[self.cells["ais"].isna()]
        firsts = undefined.drop_duplicates("benchmark")
        return {
            str(benchmark): str(reason) or "not computed"
            for benchmark, reason in zip(firsts["benchmark"], firsts["reason"], strict=True)
        }

    @property
    def own_cells(self) -> pd.DataFrame:
        """A row of `cells` per ability, on its held-out test; of NaN where that is not in the
        table.
        """
        is_own = self.cells["benchmark"] == self.cells["ability"].map(dict(self.held_out_test_of))
        return self.cells[is_own].set_index("ability").reindex(list(self.abilities))

    @property
    def defined(self) -> list[str]:
        """The benchmarks that have an AIS."""
        reasons = self.reasons()
        return [benchmark for benchmark in self.benchmarks if benchmark not in reasons]

    def absent(self) -> str:
        """How many benchmarks have no AIS, as a sentence; empty where all have one."""
        count = len(self.reasons())
        return f"Benchmarks without an AIS: {count} of {len(self.benchmarks)}." if count else ""

    def control_ranges(self) -> pd.DataFrame:
        """The `mean`, `least` and `most` AIS of all random controls, by benchmark; empty of none.

        A benchmark without an AIS has NaN.
        """
        groups = self.controls.groupby("benchmark", sort=False)["ais"]
        ranges = {"mean": groups.mean(), "least": groups.min(), "most": groups.max()}
        return pd.DataFrame(ranges, index=list(self.benchmarks) if self.controlled else [])

    def numbers(self) -> pd.DataFrame:
        """The abilities' cells and the random controls as figures show them, a row each."""
        columns = ["benchmark", "ability", "seed", "metric", "n", "ais", "ais_low", "ais_high",
                   "q_random", "reason"]  # fmt: skip
        return pd.concat([self.cells[columns], self.controls[columns]], ignore_index=True)

    def with_controls(self) -> pd.DataFrame:
        """The cells with mean, least and largest AIS of the random controls that match each.

        Of a control for all abilities every cell has the same.
        """
        summary = self.controls.groupby(["benchmark", "ability"], sort=False)["ais"].agg(
            random_mean="mean", random_low="min", random_high="max"
        )
        together = ALL_ABILITIES in set(self.controls["ability"])
        partner = ALL_ABILITIES if together else self.cells["ability"]
        keyed = self.cells.assign(partner=partner)
        found = keyed.merge(summary, how="left", left_on=["benchmark", "partner"], right_index=True)
        return found.drop(columns="partner")

    def metrics(self) -> str:
        """The headline metric to read; where benchmarks differ, all of them."""
        return ", ".join(map(metric, dict.fromkeys(self.cells["metric"].astype(str))))


def all_matrices(table: pd.DataFrame, held_out_test_of: Mapping[str, str]) -> list[Matrix]:
    """Every matrix of the AIS table, in the table's order."""
    keys = table[["model", "selection", "mask_fraction"]].drop_duplicates().to_dict("records")
    return [
        matrix_of(table, key["model"], key["selection"], key["mask_fraction"], held_out_test_of)
        for key in keys
    ]


def matrix_of(
    table: pd.DataFrame,
    model: str,
    selection: str,
    mask_fraction: str,
    held_out_test_of: Mapping[str, str],
    metric: str | None = None,
) -> Matrix:
    """One matrix of the AIS table (`profile.table`): the rows of a metric, or the headline rows.

    Raises:
        ValueError: the table has no such rows.
    """
    rows = _view(table, model, selection, mask_fraction)
    shown = rows[rows["headline"] if metric is None else rows["metric"] == metric]
    cells = shown[shown["seed"].isna()]
    if cells.empty:
        raise ValueError(f"the AIS table has no {model}, {selection}, {mask_fraction}")
    benchmarks = tuple(cells["benchmark"].unique())
    abilities = tuple(cells["ability"].unique())
    shown_tests = {
        ability: benchmark
        for ability, benchmark in held_out_test_of.items()
        if ability in abilities and benchmark in benchmarks
    }
    controls = shown[shown["seed"].notna()]
    mask_fraction_value = str(cells["mask_fraction_value"].iloc[0])
    return Matrix(
        model,
        selection,
        mask_fraction,
        mask_fraction_value,
        shown_tests,
        benchmarks,
        abilities,
        cells,
        controls,
    )


def similarity_of(table: pd.DataFrame, selection: str, mask_fraction: str) -> pd.DataFrame:
    """The rows of two models that are of one selection and mask fraction, with the name of each
    `pair`.
    """
    rows = table[(table["selection"] == selection) & (table["mask_fraction"] == mask_fraction)]
    return rows.assign(pair=rows["model_a"] + " and " + rows["model_b"])


def _view(table: pd.DataFrame, model: str, selection: str, mask_fraction: str) -> pd.DataFrame:
    return table[
        (table["model"] == model)
        & (table["selection"] == selection)
        & (table["mask_fraction"] == mask_fraction)
    ]
