"""docs/study.md says of the benchmarks with written answers what the archive holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from study.statements import effects
from study.tables import Tables
from tests.unit.study.archives import benchmark_row, bound, effective_row, items_by_state, table

from benchprof.report.names import readable

TASKS = {"gsm8k": 100, "humaneval": 164, "mbpp": 100}


@pytest.mark.parametrize("name", TASKS)
def test_the_rows_of_a_benchmark_say_what_the_archive_holds(
    page: str, written: Path, all_results: Tables, name: str
) -> None:
    tasks = TASKS[name]
    cells, controls = (
        own[own.benchmark == name] for own in (all_results.cells, all_results.controls)
    )
    assert len(cells) == 10 and len(controls) == 2
    solved, random = ((tasks * own.ablated).round().astype(int) for own in (cells, controls))
    recall = cells.set_index("ability").loc["contextual_recall"]
    assert (
        f"| {readable(name)} | {tasks * cells.intact.iloc[0]:.0f} | "
        f"{random.iloc[0]} and {random.iloc[1]} | {solved.min()} to {solved.max()} | "
        f"{bound(recall.ais)} ({bound(recall.ais_low)} to {bound(recall.ais_high)}) |"
    ) in page
    assert benchmark_row(readable(name), name, all_results, table(written, "power")) in page
    assert effective_row(readable(name), all_results.findings.loc[name]) in page
    assert len(items_by_state(written, name)) == 13


def test_no_mask_has_an_effect(page: str, all_results: Tables) -> None:
    cells = all_results.cells[all_results.cells.benchmark.isin(TASKS)]
    assert not effects(cells).any()
    least = cells[["q_ais", "q_random", "q_others"]].min(axis=None)
    assert f"against 0, random masks and the other masks, are {least:.2f} or more." in page
    code = cells[cells.benchmark != "gsm8k"]
    assert set(code.family) == {20}
    assert (code.q_ais == 1).all()
    told = f"those against 0 are 1.00 and those against random masks {code.q_random.min():.2f} or"
    assert told in page


def test_with_two_random_masks_the_loss_on_mmlu_would_be_an_effect(
    page: str, of_written: Tables, results: Tables
) -> None:
    with_two, decides = (
        run.cells[(run.cells.benchmark == "mmlu") & (run.cells.ability == "contextual_recall")]
        for run in (of_written, results)
    )
    assert effects(with_two).all() and not effects(decides).any()
    (own,) = with_two.itertuples()
    assert own.family == 160 and "and a family of 160 tests" in page
    assert f"this loss is significantly above zero (q = {own.q_ais:.3f}). It is also" in page
    assert f"under the two random masks (q = {own.q_random:.3f}) and under the other" in page
    assert f"abilities' masks (q = {own.q_others:.3f}). So by that run alone" in page
    assert f"of the run with written answers, q = {own.q_random:.3f}." in page
