"""docs/study.md says of MBPP what its archive holds."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from study.statements import effects, of_form
from study.tables import Tables, read_rules
from tests.conftest import ROOT
from tests.unit.study import archives
from tests.unit.study.archives import benchmark_row, bound, effective_row, items_by_state, table

from benchprof.profile.form import is_program
from benchprof.report.names import inline

RANDOM = archives.RANDOM[:2]


@pytest.fixture(scope="module")
def cells(all_results: Tables) -> pd.DataFrame:
    """MBPP's cells, as they decide: with q-values doubled."""
    return all_results.cells[all_results.cells.benchmark == "mbpp"]


@pytest.fixture(scope="module")
def items(written: Path) -> dict[str, Any]:
    found = items_by_state(written, "mbpp")
    assert len(found) == 13
    return found


def test_the_row_of_mbpp_says_what_the_archive_holds(
    page: str, written: Path, all_results: Tables, cells: pd.DataFrame
) -> None:
    assert len(cells) == 10
    assert benchmark_row("MBPP", "mbpp", all_results, table(written, "power")) in page
    assert effective_row("MBPP", all_results.findings.loc["mbpp"]) in page
    assert f"The upper bounds of the AIS go up to {cells.ais_high.max():.3f}." in page
    recall = cells.set_index("ability").loc["contextual_recall"]
    interval = f"({bound(recall.ais_low)} to {bound(recall.ais_high)})"
    assert f"For contextual recall, the AIS is {recall.ais:.3f} {interval}." in page


def test_no_program_has_an_annotation(page: str, items: dict[str, Any]) -> None:
    """So the sandbox of the time, which did not evaluate them, gave every verdict as today's."""
    texts = [text for own in items.values() for (text,) in own["responses"]]
    assert f"None of MBPP's {len(texts):,} programs ({len(set(texts))} different ones) has" in page
    for text in filter(is_program, set(texts)):
        for node in ast.walk(ast.parse(text)):
            assert not isinstance(node, ast.AnnAssign)
            assert getattr(node, "annotation", None) is getattr(node, "returns", None) is None


def test_mbpp_decides_as_the_report_says(page: str, cells: pd.DataFrame) -> None:
    assert (cells[["q_ais", "q_random", "q_others"]] == 1).all(axis=None)
    assert not of_form(cells).any()
    bounds = cells.over_random_high
    assert (bounds >= 0.1).sum() == 7
    assert f"seven bounds reach 0.1 (the largest is {bounds.max():.3f})" in page
    assert (cells.ais_low <= -0.1).sum() == 1 and "and on MBPP, one is." in page
    largest = cells[cells.ais == cells.ais.max()].ability
    assert sorted(largest) == ["analogical_reasoning", "spatial_reasoning", "temporal_reasoning"]
    assert f"spatial and temporal reasoning together ({cells.ais.max():.2f})" in page


def test_the_other_verdicts_cannot_change_any_more(page: str, all_results: Tables) -> None:
    """The interval of MBPP's effective number has the median; enough lower bounds are low."""
    rules = read_rules()
    counting = all_results.counting(rules.benchmarks)
    effective = all_results.findings.effective
    median = effective[[name for name in counting if name not in rules.code]].median()
    found = all_results.findings.loc["mbpp"]
    assert found.effective_low < median < found.effective_high
    assert f"includes the median over the benchmarks without code ({median:.1f})" in page
    cells = all_results.cells[all_results.cells.benchmark.isin(counting)]
    best = int((cells.ais_low > -0.1).sum()) + 10
    assert best == 75 and f"at most {best} of {len(cells) + 10} lower bounds" in page


def test_with_two_random_masks_the_loss_on_mmlu_would_be_an_effect(
    page: str, written: Path, results: Tables
) -> None:
    rows = table(written, "impact")
    recall = rows[(rows.ability == "contextual_recall") & (rows.metric == "probability")]
    with_two = recall[recall.benchmark == "mmlu"]
    decides = results.cells[
        (results.cells.benchmark == "mmlu") & (results.cells.ability == "contextual_recall")
    ]
    assert effects(with_two).all() and not effects(decides).any()
    (own,) = with_two.itertuples()
    assert own.family == 160 and "and a family of 160 tests" in page
    assert f"larger than zero (q = {own.q_ais:.3f}), than under the two random masks (q = " in page
    assert f"the two random masks (q = {own.q_random:.3f}) and than under the other" in page
    assert f"abilities' masks (q = {own.q_others:.3f}), so by that run alone" in page
    assert f"of the run with written answers, q = {own.q_random:.3f}." in page


def test_few_results_change_and_more_programs(page: str, items: dict[str, Any]) -> None:
    before = items["intact"]
    lost, gained, other = {}, {}, {}
    for state, own in items.items():
        pairs = [*zip(before["scores"]["pass@1"], own["scores"]["pass@1"], strict=True)]
        lost[state] = sum(first > second for first, second in pairs)
        gained[state] = sum(first < second for first, second in pairs)
        texts = zip(before["responses"], own["responses"], strict=True)
        other[state] = sum(first != second for first, second in texts)
    masks = [state for state in items if state not in (*RANDOM, "intact")]
    most = [max(own[state] for state in masks) for own in (lost, gained)]
    at_random = [max(own[state] for state in RANDOM) for own in (lost, gained)]
    told = f"the numbers are {most[0]} and {most[1]} ({at_random[0]} and {at_random[1]})."
    assert f"On MBPP (100 tasks), {told}" in page
    assert f"At most {most[0]} solved tasks are lost under a mask" in page
    alike = sum(
        len(set(own)) == 1
        for own in zip(*(each["scores"]["pass@1"] for each in items.values()), strict=True)
    )
    assert f"and {alike} of the 100 tasks have the same result in all 13 states." in page
    texts_of = [other[state] for state in masks]
    assert f"in {min(texts_of)} to {max(texts_of)} of the 100 tasks" in page
    assert f"({other[RANDOM[0]]} and {other[RANDOM[1]]} under the random masks;" in page


def test_the_fates_of_programs_are_those_of_the_records(items: dict[str, Any]) -> None:
    """An error is told from a wrong result only by running a program, and tokens are counted only
    by a tokenizer: here, their sum, and that the last column repeats the second."""
    section = (ROOT / "docs/study_details.md").read_text().partition("## MBPP: why")[2]
    lines = section.partition("## The small")[0].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    told = {name: [*map(int, counts)] for name, *counts in rows[1:]}
    assert told.keys() == {_name(state) for state in items}
    for state, own in items.items():
        passed, not_python, error, wrong_result, no_end, at_limit = told[_name(state)]
        verdicts = Counter(own["verdicts"])
        texts = zip(own["responses"], own["verdicts"], strict=True)
        assert passed == verdicts["passed"]
        assert not_python == sum(
            verdict != "passed" and not is_program(text) for (text,), verdict in texts
        )
        assert no_end == verdicts["timed out"] + verdicts["stalled"] == 0
        assert error + wrong_result == verdicts["failed"] - not_python
        assert at_limit == not_python


def _name(state: str) -> str:
    if state in RANDOM:
        return f"random mask with seed {RANDOM.index(state) + 1}"
    return inline(state.partition(".")[0])
