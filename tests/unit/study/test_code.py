"""docs/study.md says of HumanEval and MBPP what the archive holds."""

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
from tests.unit.study.archives import bound, first_of, items_by_state, signed, table, texts_of

from benchprof.profile.form import is_program
from benchprof.report.names import inline

RANDOM = archives.RANDOM[:2]
TITLES = {"humaneval": "HumanEval", "mbpp": "MBPP"}
REACH = {"humaneval": 4, "mbpp": 7}
"""How many bounds of `over_random` reach 0.1."""
WIDE = {"humaneval": (5, "five are"), "mbpp": (1, "one is")}
"""How many lower bounds of an AIS are -0.1 or below."""
MOST = {
    "humaneval": "(164 tasks), the numbers are {} and {}, under different masks ({} and {})",
    "mbpp": "on MBPP (100 tasks), {} and {} ({} and {}).",
}
"""How many results become wrong and right at most, and under random masks."""
CHANGED = {
    "humaneval": "in {} to {} of HumanEval's 164 tasks ({} and {} under the random masks)",
    "mbpp": "in {} to {} of MBPP's 100 ({} and {};",
}
"""In how many tasks the program is not the intact model's."""
BEGUN = {"humaneval": "def begun():\n    'What it does.'\n", "mbpp": ""}
"""What a program begins with: of a prompt, all that matters to the parser."""

Records = dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=TITLES)
def benchmark(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def cells(all_results: Tables, benchmark: str) -> pd.DataFrame:
    return all_results.cells[all_results.cells.benchmark == benchmark]


@pytest.fixture(scope="module")
def items(written: Path, benchmark: str) -> Records:
    return items_by_state(written, benchmark)


def test_the_upper_bounds_are_those_of_the_archive(
    page: str, benchmark: str, cells: pd.DataFrame
) -> None:
    bounds = cells.over_random_high
    assert (bounds >= 0.1).sum() == REACH[benchmark]
    assert f"The upper bounds of the AIS go up to {cells.ais_high.max():.3f}." in page
    told = {
        "humaneval": "four on HumanEval ({:.3f}, {:.3f}, {:.3f} and {:.3f})",
        "mbpp": "bounds reach 0.1 on MBPP (the largest is {3:.3f})",
    }
    assert told[benchmark].format(*sorted(bounds)[-4:]) in page
    wide, words = WIDE[benchmark]
    assert (cells.ais_low <= -0.1).sum() == wide
    assert f"on {TITLES[benchmark]}, {words}" in page


def test_the_largest_and_the_smallest_ais_are_those_of_the_archive(
    page: str, all_results: Tables
) -> None:
    found = all_results.cells.set_index(["benchmark", "ability"]).ais
    mbpp, humaneval = found.loc["mbpp"], found.loc["humaneval"]
    largest = mbpp.index[mbpp == mbpp.max()]
    assert sorted(largest) == ["analogical_reasoning", "spatial_reasoning", "temporal_reasoning"]
    assert f"spatial and temporal reasoning together ({mbpp.max():.2f})" in page
    assert (humaneval.idxmax(), humaneval.idxmin()) == (
        "quantitative_reasoning",
        "deductive_reasoning",
    )
    assert f"quantitative reasoning for HumanEval ({humaneval.max():.2f})" in page
    told = f"quantitative reasoning ({humaneval.max():.3f}) and deductive reasoning ("
    assert f"{told}{bound(humaneval.min())})." in page
    lowest = all_results.cells.set_index(["benchmark", "ability"]).loc[
        ("humaneval", "deductive_reasoning")
    ]
    assert lowest.ais == pytest.approx(found.loc["gsm8k"].min(), abs=1e-12)
    interval = signed(lowest.ais_low, lowest.ais_high, 3)
    assert f"and under one on HumanEval, with {interval})." in page


def test_form_decides_nothing(cells: pd.DataFrame, benchmark: str) -> None:
    assert not of_form(cells).any()
    assert cells.form_of.isna().all() == (benchmark == "humaneval")


def test_no_text_has_an_annotation(page: str, benchmark: str, items: Records) -> None:
    """So the sandbox of the time, which did not evaluate them, gave every verdict as today's."""
    texts = [text for own in items.values() for (text,) in own["responses"]]
    counted = {
        "mbpp": "None of MBPP's {:,} programs ({} different ones) has",
        "humaneval": "HumanEval's prompts has one ({:,} texts, {} different ones).",
    }
    assert counted[benchmark].format(len(texts), len(set(texts))) in page
    for tree in filter(None, map(_parsed, set(texts))):
        for node in ast.walk(tree):
            assert not isinstance(node, ast.AnnAssign)
            assert getattr(node, "annotation", None) is getattr(node, "returns", None) is None


def _parsed(text: str) -> ast.Module | None:
    """A program, or the rest of a function's body that a prompt has begun."""
    for program in (text, f"def begun():\n{text}"):
        try:
            return ast.parse(program)
        except SyntaxError:
            continue
    return None


def test_how_results_and_programs_change_is_what_the_archive_holds(
    page: str, benchmark: str, items: Records
) -> None:
    before = items["intact"]
    tasks = len(before["digest"])
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
    assert MOST[benchmark].format(*most, *at_random) in page
    assert f"{TITLES[benchmark]}**: at most {most[0]} solved tasks are lost under a mask" in page
    alike = sum(
        len(set(own)) == 1
        for own in zip(*(each["scores"]["pass@1"] for each in items.values()), strict=True)
    )
    assert f"and {alike} of the {tasks} tasks have the same result in all 13 states." in page
    texts_of_masks = [other[name] for name in masks]
    numbers = (min(texts_of_masks), max(texts_of_masks), *(other[name] for name in RANDOM))
    assert CHANGED[benchmark].format(*numbers) in page


def test_the_fates_of_programs_are_those_of_the_records(benchmark: str, items: Records) -> None:
    """An error is told from a wrong result only by running a program, and tokens are counted only
    by a tokenizer: here, the sum of the two. MBPP's last column repeats its second."""
    section = (ROOT / "docs/study_details.md").read_text().partition("MBPP: why programs fail")[2]
    own_part = section.partition(f"\n{TITLES[benchmark]}:\n\n")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in own_part.splitlines()]
    told = {name: [*map(int, counts)] for name, *counts in rows[2:]}
    assert told.keys() == {_name(state) for state in items}
    for state, own in items.items():
        passed, not_python, error, wrong_result, no_end, at_limit = told[_name(state)]
        verdicts = Counter(own["verdicts"])
        assert passed == verdicts["passed"]
        assert no_end == verdicts["timed out"] + verdicts["stalled"] == 0
        assert error + wrong_result == verdicts["failed"] - not_python
        programs = (BEGUN[benchmark] + text for (text,) in own["responses"])
        failed = zip(programs, own["verdicts"], strict=True)
        assert not_python == sum(
            verdict != "passed" and not is_program(program) for program, verdict in failed
        )
        if benchmark == "mbpp":
            assert at_limit == not_python


def _name(state: str) -> str:
    if state in RANDOM:
        return f"random mask with seed {RANDOM.index(state) + 1}"
    return inline(state.partition(".")[0])


def test_the_texts_of_humaneval_are_those_that_the_rule_takes(
    page: str, written: Path, all_results: Tables
) -> None:
    lost, kept, gained = texts_of(written, all_results, "humaneval", "pass@1")
    for shown in (lost, kept, gained):
        assert first_of(shown) in page
    intact, largest, smallest, _ = (text for text, _ in lost.answers.values())
    assert largest == smallest and "import" not in largest
    (same,) = {text for text, _ in kept.answers.values()}
    first, second, third, fourth = (text for text, _ in gained.answers.values())
    assert first == fourth
    for text in (intact, largest, same, first, second, third):
        assert f"```text {' '.join(text.split())} ```" in page


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


def test_code_is_not_broader_than_noise(page: str, all_results: Tables) -> None:
    rules = read_rules()
    found = all_results.findings.loc[list(rules.code)]
    assert found.effective.between(found.noise_low, found.noise_high).all()
    first, second = found.effective
    assert f"numbers of HumanEval and MBPP ({first:.1f} and {second:.1f}) both lie within" in page
    effective = all_results.findings.effective[all_results.counting(rules.benchmarks)]
    assert sorted(effective.rank(ascending=False)[list(rules.code)]) == [1, 3]
    assert "the first and the third highest effective numbers of the nine" in page
