"""docs/study.md says of HumanEval and MBPP what the archive holds."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from study.statements import of_form
from study.tables import Tables, read_rules
from tests.conftest import ROOT
from tests.unit.study import archives
from tests.unit.study.archives import bound, first_of, items_by_state, signed, texts_of

from benchprof.profile.form import is_program
from benchprof.report.names import inline, readable

RANDOM = archives.RANDOM[:2]
BOUNDS = {
    "humaneval": (4, "and four on HumanEval ({:.3f}, {:.3f}, {:.3f} and {:.3f})"),
    "mbpp": (7, "Seven bounds reach 0.1 on MBPP (the largest is {3:.3f})"),
}
"""How many bounds of `over_random` reach 0.1, and what the page says of the largest four."""
LOWER_BOUNDS = {"humaneval": (5, "five are"), "mbpp": (1, "one is")}
"""How many lower bounds of an AIS are -0.1 or below."""
MOST = {
    "humaneval": "(164 tasks), the numbers are {} and {}, under different masks ({} and {})",
    "mbpp": "on MBPP (100 tasks), {} and {} ({} and {}).",
}
"""How many results become wrong and right at most, and under random masks."""
CHANGED = {
    "humaneval": "for {} to {} of HumanEval's 164 tasks (random masks: {} and {})",
    "mbpp": "for {} to {} of MBPP's 100 ({} and {}).",
}
"""For how many tasks the program is not the intact model's."""
COUNTED = {
    "humaneval": "HumanEval's prompts has one ({:,} texts, {} different ones).",
    "mbpp": "None of MBPP's {:,} programs ({} different ones) has",
}
UNFINISHED = {"humaneval": 3, "mbpp": 5}
"""How many different programs are not Python."""
BEGUN = {"humaneval": "def begun():\n    'What it does.'\n", "mbpp": ""}
"""HumanEval's prompt ends inside a function, after its docstring; MBPP's program is the text."""

Records = dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=BOUNDS)
def benchmark(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def cells(all_results: Tables, benchmark: str) -> pd.DataFrame:
    return all_results.cells[all_results.cells.benchmark == benchmark]


@pytest.fixture(scope="module")
def humaneval(all_results: Tables) -> pd.DataFrame:
    """HumanEval's cells, by ability."""
    cells = all_results.cells
    return cells[cells.benchmark == "humaneval"].set_index("ability")


@pytest.fixture(scope="module")
def items(written: Path, benchmark: str) -> Records:
    return items_by_state(written, benchmark)


def test_the_bounds_are_those_of_the_archive(
    page: str, benchmark: str, cells: pd.DataFrame
) -> None:
    reach, told = BOUNDS[benchmark]
    bounds = sorted(cells.over_random_high)
    assert sum(bound >= 0.1 for bound in bounds) == reach
    assert told.format(*bounds[-4:]) in page
    assert f"The upper bounds of the AIS go up to {cells.ais_high.max():.3f}." in page
    reach, words = LOWER_BOUNDS[benchmark]
    assert (cells.ais_low <= -0.1).sum() == reach
    assert f"on {readable(benchmark)}, {words}" in page


def test_what_brings_four_bounds_to_a_tenth_is_what_the_archive_holds(
    page: str, humaneval: pd.DataFrame
) -> None:
    reach = humaneval[humaneval.over_random_high >= 0.1].sort_values("ais_high")
    assert (reach.ablated == reach.intact).sum() == 3 and len(reach) == 4
    told = "Compared with the intact model instead, only one of HumanEval's four would ({:.3f})."
    assert told.format(reach.ais_high.iloc[3]) in page
    assert (humaneval.ais_high >= 0.1).sum() == 1
    assert (humaneval.ais - humaneval.over_random).round(2).eq(-0.03).all()
    assert "This raises every difference by 0.03." in page
    raised = reach.over_random_high - reach.ais_high
    assert f"this raises the four bounds by {raised.min():.2f} to {raised.max():.2f}." in page


@pytest.mark.parametrize("seed", [2, 3])
def test_what_brings_bounds_to_a_tenth_depends_on_controls_and_pseudo_items(
    page: str, written: Path, seed: int
) -> None:
    """Counted in a bootstrap of its own, with and without the two pseudo-items."""
    solved = {
        state: np.array(own["scores"]["pass@1"])
        for state, own in items_by_state(written, "humaneval").items()
    }

    def reach(controls: list[str], pseudo: bool) -> int:
        return _bounds_that_reach(solved, controls, pseudo, seed)

    assert reach(["intact"], pseudo=True) == 1
    assert "Compared with the intact model, only one bound reaches 0.1." in page
    assert reach(RANDOM, pseudo=True) in (3, 4)
    assert "two to four bounds reached 0.1" in page
    assert reach(RANDOM[:1], pseudo=True) == 5
    assert "with the first random mask alone, five do" in page
    assert reach(RANDOM[1:], pseudo=True) in (2, 3, 4)
    assert "with the second alone, two to four" in page
    assert reach(RANDOM, pseudo=False) == 1
    assert "Without them, one bound reaches 0.1 with 38 of 40 seeds" in page


def _bounds_that_reach(
    solved: Mapping[str, np.ndarray], controls: Sequence[str], pseudo: bool, seed: int
) -> int:
    """How many masks' 97.5% quantiles of their AIS beyond the controls' mean are 0.1 or more."""
    # One task that is lost and one that is gained; the intact model solves the first.
    lost, intact = ([1.0, -1.0], [1.0, 0.0]) if pseudo else ([], [])
    base = np.append(solved["intact"], intact)
    control = np.mean([solved[name] for name in controls], axis=0)
    masks = [name for name in solved if name not in (*RANDOM, "intact")]
    drops = np.array([np.append(control - solved[name], lost) for name in masks])
    drawn = np.random.default_rng(seed).multinomial(
        len(base), np.full(len(base), 1 / len(base)), 10_000
    )
    ratios = (drawn @ drops.T) / (drawn @ base)[:, None]
    return int((np.quantile(ratios, 0.975, axis=0) >= 0.1 - 1e-9).sum())


def test_what_is_gained_is_what_the_archive_holds(
    page: str, all_results: Tables, humaneval: pd.DataFrame
) -> None:
    controls = all_results.controls[all_results.controls.benchmark == "humaneval"]
    random, gains = (
        (164 * (own.ablated - own.intact)).round().astype(int) for own in (controls, humaneval)
    )
    assert random.tolist() == [3, 2] and "3 and 2 more under the two random masks" in page
    gained = gains[gains > 0]
    assert len(gained) == 6
    assert f"and {gained.min()} to {gained.max()} more under six abilities' masks" in page
    low = humaneval.index[humaneval.ais_low <= -0.1]
    assert set(low) < set(gained.index) and len(low) == 5


def test_the_largest_and_the_smallest_ais_are_those_of_the_archive(
    page: str, all_results: Tables, humaneval: pd.DataFrame
) -> None:
    found = all_results.cells.set_index(["benchmark", "ability"]).ais
    ais = humaneval.ais
    assert ais.idxmax() == "quantitative_reasoning" and ais.idxmin() == "deductive_reasoning"
    told = f"quantitative reasoning ({ais.max():.3f}) and deductive reasoning ("
    assert f"{told}{bound(ais.min())})," in page
    lowest = humaneval.loc["deductive_reasoning"]
    assert lowest.ais == pytest.approx(found.loc["gsm8k"].min(), abs=1e-12)
    interval = signed(lowest.ais_low, lowest.ais_high, 3)
    assert f"and one on HumanEval ({interval})." in page


def test_form_decides_nothing(cells: pd.DataFrame, benchmark: str) -> None:
    assert not of_form(cells).any()
    assert cells.form_of.isna().all() == (benchmark == "humaneval")


def test_code_is_not_broader_than_noise(page: str, all_results: Tables) -> None:
    rules = read_rules()
    found = all_results.findings.loc[list(rules.code)]
    assert found.effective.between(found.noise_low, found.noise_high).all()
    first, second = found.effective
    assert f"numbers of HumanEval and MBPP ({first:.1f} and {second:.1f}) both lie within" in page
    assert second == found.noise_high.loc["mbpp"] and "MBPP's exactly at its upper end" in page
    effective = all_results.findings.effective[all_results.counting(rules.benchmarks)]
    ordered = effective.sort_values(ascending=False)
    assert [*ordered.index[[0, 2]]] == ["mbpp", "humaneval"]
    assert "the first and the third highest effective numbers of the nine" in page
    assert f"is only {ordered.iloc[2] - ordered.iloc[3]:.2f} above the fourth" in page


def test_no_text_has_an_annotation(page: str, benchmark: str, items: Records) -> None:
    """The sandbox of the time did not evaluate annotations.

    For MBPP, it therefore gave the verdicts of today's. HumanEval's prompts have annotations, so
    only running its programs again can tell.
    """
    texts = [text for own in items.values() for (text,) in own["responses"]]
    assert COUNTED[benchmark].format(len(texts), len(set(texts))) in page
    programs = [BEGUN[benchmark] + text for text in set(texts)]
    parsed = [ast.parse(program) for program in programs if is_program(program)]
    assert len(programs) - len(parsed) == UNFINISHED[benchmark]
    for tree in parsed:
        for node in ast.walk(tree):
            assert not any(getattr(node, name, None) for name in ("annotation", "returns"))


def test_how_results_and_programs_change_is_what_the_archive_holds(
    page: str, benchmark: str, items: Records
) -> None:
    before = items["intact"]
    tasks = len(before["digest"])
    lost, gained, changed = {}, {}, {}
    for state, own in items.items():
        pairs = [*zip(before["scores"]["pass@1"], own["scores"]["pass@1"], strict=True)]
        lost[state] = sum(first > second for first, second in pairs)
        gained[state] = sum(first < second for first, second in pairs)
        texts = zip(before["responses"], own["responses"], strict=True)
        changed[state] = sum(first != second for first, second in texts)
    masks = [state for state in items if state not in (*RANDOM, "intact")]
    most = [max(own[state] for state in masks) for own in (lost, gained)]
    at_random = [max(own[state] for state in RANDOM) for own in (lost, gained)]
    assert MOST[benchmark].format(*most, *at_random) in page
    assert f"{readable(benchmark)}**: at most {most[0]} solved tasks are lost under a mask" in page
    alike = sum(
        len(set(own)) == 1
        for own in zip(*(each["scores"]["pass@1"] for each in items.values()), strict=True)
    )
    assert f"and {alike} of the {tasks} tasks have the same result in all 13 states." in page
    own = [changed[name] for name in masks]
    told = CHANGED[benchmark].format(min(own), max(own), *(changed[name] for name in RANDOM))
    assert told in page
    if benchmark == "humaneval":
        worst = max(masks, key=lambda state: lost[state])
        assert worst == max(masks, key=lambda state: changed[state])
        assert (
            worst == "quantitative_reasoning.specific_0.001" != max(masks, key=gained.__getitem__)
        )
        assert f"mask changes the most programs of HumanEval ({changed[worst]})." in page
        assert f"of quantitative reasoning, under which {gained[worst]} others are solved" in page


def test_the_fates_of_programs_are_those_of_the_records(benchmark: str, items: Records) -> None:
    """An error is told from a wrong result only by running a program: here, their sum.

    Tokens are counted only by a tokenizer: of HumanEval's texts at the limit, nothing is checked.
    Those of MBPP are the programs that are not Python.
    """
    section = (ROOT / "docs/study_details.md").read_text().partition("MBPP: why programs fail")[2]
    own_part = section.partition(f"\n{readable(benchmark)}:\n\n")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in own_part.splitlines()]
    told = {name: [*map(int, counts)] for name, *counts in rows[2:]}
    assert told.keys() == {_name(state) for state in items}
    not_python_tasks = set()
    for state, own in items.items():
        passed, not_python, error, wrong_result, no_end, at_limit = told[_name(state)]
        verdicts = Counter(own["verdicts"])
        assert passed == verdicts["passed"]
        assert no_end == verdicts["timed out"] + verdicts["stalled"] == 0
        assert error + wrong_result == verdicts["failed"] - not_python
        programs = (BEGUN[benchmark] + text for (text,) in own["responses"])
        failed = [
            index
            for index, program in zip(own["index"], programs, strict=True)
            if not is_program(program)
        ]
        assert not_python == len(failed)
        not_python_tasks |= {*failed}
        if benchmark == "mbpp":
            assert at_limit == not_python
    if benchmark == "humaneval":
        (task,) = not_python_tasks
        assert f"a program is not Python, it is that of task {task}, cut off" in " ".join(
            section.split()
        )


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
    assert _block(intact) in page and _block(largest) in page
    (same,) = {text for text, _ in kept.answers.values()}
    assert _block(same) in page
    intact, largest, smallest, control = (text for text, _ in gained.answers.values())
    assert intact == control
    for text in (intact, largest, smallest):
        assert _block(text) in page


def _block(text: str) -> str:
    """A text as the page shows it, in one line."""
    return f"```text {' '.join(text.split())} ```"
