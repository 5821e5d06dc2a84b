"""A run's tables, cut down to what the study's rules look at: one model, the metric shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import yaml

from benchprof.profile.table import add_flag

MODEL = "qwen25-coder-15b-instruct"
"""On which the verdicts rest."""
LEVEL = 0.05
PER_PROFILE = ("findings", "reliability", "benchmark_similarity")
# Of the name of an ability's own test, after the ability's.
SUFFIX = "_test"
CELL = ["benchmark", "ability", "seed"]
Q_VALUES = ["q_ais", "q_random", "q_others"]
TYPES: dict[str, str] = {"seed": "Int64", "fraction": "str", "k": "str"}
"""Types of columns that a CSV file does not tell: `seed` may be empty, `fraction` and `k` are
texts."""
SAME = ["model_digest", "mask_digest", "requests_digest", "intact", "ablated"]
"""What two runs with the same answers agree on in each cell."""


@dataclass(frozen=True)
class Rules:
    """What docs/study_design.md fixed in advance.

    Attributes:
        code: the benchmarks that ask for programs.
        control: the benchmark whose answers are written too, but are not programs.
        no_items_left: the benchmark whose items are all used, so that none can replicate a result.
        pairs: benchmarks with similar labels.
        labels: the abilities that a benchmark asks for according to its authors.
        permutations: how many orders of the abilities' names the labels are compared with.
        random_tables: how many tables of controls the first factor's share is compared with.
        seed: of both draws.
    """

    code: tuple[str, ...]
    control: str
    no_items_left: str
    pairs: tuple[tuple[str, str], ...]
    labels: Mapping[str, Sequence[str]]
    permutations: int
    random_tables: int
    seed: int

    @property
    def benchmarks(self) -> list[str]:
        """The study's ten benchmarks."""
        return list(self.labels)


def read_rules() -> Rules:
    """Read the rules of the study."""
    told = yaml.safe_load((Path(__file__).parent / "rules.yaml").read_text())
    pairs = tuple((first, second) for first, second in told.pop("pairs"))
    return Rules(code=tuple(told.pop("code")), pairs=pairs, **told)


@dataclass(frozen=True)
class Tables:
    """One model's results, in the metric shown.

    Attributes:
        cells: rows of `impact` for the abilities' own masks.
        controls: rows of `impact` for random masks.
        findings: rows of `findings`, by benchmark.
        reliability: rows of `reliability`, by benchmark.
        similarities: rows of `benchmark_similarity`.
    """

    cells: pd.DataFrame
    controls: pd.DataFrame
    findings: pd.DataFrame
    reliability: pd.DataFrame
    similarities: pd.DataFrame

    @property
    def own_tests(self) -> dict[str, str]:
        """The name of each ability's own test, whether or not the run has it."""
        return {ability: f"{ability}{SUFFIX}" for ability in self.cells.ability.unique()}

    @property
    def broken(self) -> list[str]:
        """The abilities whose masks leave the model broken as a whole."""
        return sorted(self.cells.ability[self.cells.flag_code != ""].unique())

    def counting(self, benchmarks: Sequence[str]) -> list[str]:
        """Those of `benchmarks` on which every mask has an AIS, in their order."""
        defined = self.cells.ais.notna().groupby(self.cells.benchmark).all()
        return [name for name in benchmarks if defined.get(name, False)]

    def matrix(self, benchmarks: Sequence[str], column: str = "ais") -> pd.DataFrame:
        """One column of the cells: a row per benchmark, a column per ability."""
        wide = self.cells.pivot(index="benchmark", columns="ability", values=column)
        return wide.loc[list(benchmarks)]


def read_tables(folder: Path, model: str) -> Tables:
    """Read the tables of `results/profiles`.

    Raises:
        ValueError: the run has no such model, or more than one kind of mask.
    """
    impact = pd.read_csv(folder / "impact.csv", dtype=TYPES)
    impact = impact[(impact.model == model) & impact.headline & (impact.ablation_of == "mask")]
    kinds = impact[["selection", "fraction"]].drop_duplicates()
    if len(kinds) != 1:
        found = f"{len(kinds)} kinds of masks of {model}"
        raise ValueError(f"{folder}/impact.csv: {found}; one expected")
    # The program that made a table may have judged by an older rule whether a model is broken.
    impact = add_flag(impact.fillna({"reason_code": ""}))
    more = {name: pd.read_csv(folder / f"{name}.csv") for name in PER_PROFILE}
    own = {name: table[table.model == model] for name, table in more.items()}
    return Tables(
        cells=impact[impact.seed.isna()],
        controls=impact[impact.seed.notna()],
        findings=own["findings"].set_index("benchmark"),
        reliability=own["reliability"].set_index("benchmark"),
        similarities=own["benchmark_similarity"],
    )


def joined(choices: Tables, written: Tables) -> Tables:
    """What decides: the cells and controls of a run, and those that a second run's benchmarks add.

    Effective numbers, reliabilities and similarities are those of the second run.

    Raises:
        ValueError: the masks of the two runs differ, the second lacks a benchmark of the first, or
            they have other answers to the same benchmark under the same mask.
    """
    first, second = (
        set(zip(run.cells.ability, run.cells.mask_digest, strict=True))
        for run in (choices, written)
    )
    if first != second:
        raise ValueError("the two runs have different masks; expected the same")
    lacking = set(choices.cells.benchmark) - set(written.cells.benchmark)
    if lacking:
        raise ValueError(f"the second run lacks {', '.join(sorted(lacking))}")
    cells = _with_added(choices.cells, written.cells)
    # Whether a model is broken depends on all the benchmarks that it has answered.
    rows = add_flag(
        pd.concat([cells, _with_added(choices.controls, written.controls)], ignore_index=True)
    )
    return replace(written, cells=rows[: len(cells)], controls=rows[len(cells) :])


def alone(tables: Tables, rules: Rules) -> list[str]:
    """The code benchmarks that a run has while it lacks another one; none where it has all."""
    answered = set(tables.cells.benchmark)
    own = [name for name in rules.code if name in answered]
    return own if len(own) < len(rules.code) else []


def with_doubled_q(tables: Tables, rules: Rules) -> Tables:
    """With the q-values of a code benchmark doubled while the other one is not answered.

    Both have ten tests: the other's ten in the same family can at most double a q-value. The
    paper's masks were asked neither (docs/study_design.md, "What could stop the study").
    """
    cells = tables.cells.copy()
    own = cells.benchmark.isin(alone(tables, rules))
    cells.loc[own, Q_VALUES] = (2 * cells.loc[own, Q_VALUES]).clip(upper=1)
    return replace(tables, cells=cells)


def _with_added(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """The rows of a run, and those of a second run on benchmarks that the first lacks."""
    added = ~second.benchmark.isin(first.benchmark)
    ours, theirs = (rows.set_index(CELL)[SAME] for rows in (first, second[~added]))
    ours, theirs = ours.align(theirs, join="inner", axis=0)
    differs = (ours != theirs).any(axis=1)
    if differs.any():
        benchmark, ability, _ = differs.index[differs][0]
        raise ValueError(f"the two runs have other answers to {benchmark} under {ability}'s mask")
    return pd.concat([first, second[added]], ignore_index=True)
