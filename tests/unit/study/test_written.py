"""docs/study.md says of the benchmarks with written answers what the archive holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from study.tables import Tables
from tests.conftest import ROOT
from tests.unit.study.archives import benchmark_row, bound, effective_row, items_by_state, table

from benchprof.run.layers import read_layers

WRITTEN = {"GSM8K": ("gsm8k", 100), "HumanEval": ("humaneval", 164), "MBPP": ("mbpp", 100)}
"""By title: the name of each, and how many tasks it asks."""


@pytest.mark.parametrize("title", WRITTEN)
def test_the_rows_of_a_benchmark_say_what_the_archive_holds(
    page: str, written: Path, all_results: Tables, title: str
) -> None:
    name, tasks = WRITTEN[title]
    cells, controls = (
        own[own.benchmark == name] for own in (all_results.cells, all_results.controls)
    )
    assert len(cells) == 10 and len(controls) == 2
    solved, random = ((tasks * own.ablated).round().astype(int) for own in (cells, controls))
    recall = cells.set_index("ability").loc["contextual_recall"]
    assert (
        f"| {title} | {tasks * cells.intact.iloc[0]:.0f} | {random.iloc[0]} and {random.iloc[1]} | "
        f"{solved.min()} to {solved.max()} | "
        f"{bound(recall.ais)} ({bound(recall.ais_low)} to {bound(recall.ais_high)}) |"
    ) in page
    assert benchmark_row(title, name, all_results, table(written, "power")) in page
    assert effective_row(title, all_results.findings.loc[name]) in page
    assert len(items_by_state(written, name)) == 13


def test_no_mask_has_an_effect(page: str, all_results: Tables) -> None:
    names = [name for name, _ in WRITTEN.values()]
    cells = all_results.cells[all_results.cells.benchmark.isin(names)]
    least = cells[["q_ais", "q_random", "q_others"]].min(axis=None)
    assert f"against 0, random masks and the other masks, are {least:.2f} or more." in page
    code = cells[cells.benchmark != "gsm8k"]
    assert set(code.family) == {20}
    assert (code.q_ais == 1).all()
    told = f"those against 0 are 1.00 and those against random masks {code.q_random.min():.2f} or"
    assert told in page


def test_the_settings_are_those_that_were_fixed(written: Path) -> None:
    archived = yaml.safe_load((written / "config.yaml").read_text())
    assert archived.pop("benchmark_data")
    assert archived == read_layers([ROOT / "config/study_generation.yaml"])
