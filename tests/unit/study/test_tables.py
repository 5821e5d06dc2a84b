"""Which run's rows decide, and runs that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from study.__main__ import told
from study.tables import Rules, Tables, alone, joined, read_tables, with_doubled_q
from tests.unit.study.conftest import EFFECT, EIGHT


def test_a_second_run_adds_benchmarks_and_decides_between_them(
    tables: Callable[..., Tables],
) -> None:
    choices = tables({("one", "a"): {"ais": 0.1}}, benchmarks=("one", "two"))
    written = tables({("one", "a"): {"ais": 0.9}, ("three", "a"): {"ais": 0.3}})
    both = joined(choices, written)
    # The first run's cell stands, whose family of tests is the registered one.
    assert both.matrix(["one", "three"])["a"].tolist() == [0.1, 0.3]
    assert len(both.cells) == 4 * 3
    assert sorted(both.controls.benchmark.unique()) == ["four", "one", "three", "two"]
    assert both.findings is written.findings
    assert both.similarities is written.similarities


def test_runs_that_do_not_belong_together_are_refused(tables: Callable[..., Tables]) -> None:
    other = tables({("one", "a"): {"mask_digest": "another"}})
    with pytest.raises(ValueError, match="different masks"):
        joined(tables(), other)
    with pytest.raises(ValueError, match="the second run lacks four, three"):
        joined(tables(), tables(benchmarks=("one", "two")))


def test_the_controls_of_the_first_run_stand(tables: Callable[..., Tables]) -> None:
    choices, written = tables(benchmarks=("one", "two")), tables()
    fewer = replace(written, controls=written.controls[written.controls.seed < 3])
    drawn = joined(choices, fewer).controls.groupby("benchmark").seed.count()
    assert drawn.to_dict() == {"one": 3, "two": 3, "three": 2, "four": 2}


def test_a_second_run_with_other_answers_is_refused(tables: Callable[..., Tables]) -> None:
    other = tables({("two", "b"): {"ablated": 0.4}})
    with pytest.raises(ValueError, match="other answers to two under b's mask"):
        joined(tables(benchmarks=("one", "two")), other)
    items = tables()
    items.controls.loc[items.controls.benchmark == "one", "requests_digest"] = "others"
    with pytest.raises(ValueError, match="other answers to one under all_abilities's mask"):
        joined(tables(benchmarks=("one", "two")), items)


def test_whether_a_model_is_broken_depends_on_all_that_it_answered(
    tables: Callable[..., Tables],
) -> None:
    """Six of seven at 0.5 allow a p of 0.00046 to be above guessing, seven of eight 0.00025."""
    lost = {(name, "a"): {"p_guessing_ablated": 0.5} for name in EIGHT}
    told = lost | {("one", "a"): {"p_guessing_ablated": 0.00035}}
    choices, written = tables(told, benchmarks=EIGHT[:7]), tables(told, benchmarks=EIGHT)
    assert joined(choices, choices).broken == []
    assert joined(choices, written).broken == ["a"]
    # Enough on the benchmark that the second run adds.
    told = lost | {("eight", "a"): {"p_guessing_ablated": 0.0001}}
    choices, written = tables(told, benchmarks=EIGHT[:7]), tables(told, benchmarks=EIGHT)
    both = joined(choices, written)
    assert both.broken == []
    assert set(both.controls.flag_code) == {""} and len(both.controls) == 8 * 3


def test_the_q_values_of_a_code_benchmark_alone_are_doubled(
    tables: Callable[..., Tables], rules: Rules
) -> None:
    quiet = {"q_ais": 0.02, "q_random": 0.03, "q_others": 0.6}
    changed = {("one", "a"): quiet, ("two", "a"): quiet, ("three", "a"): quiet}
    answered = ("one", "two", "three")
    half = with_doubled_q(tables(changed, benchmarks=answered), rules)
    q = {name: half.matrix(answered, name)["a"].tolist() for name in quiet}
    assert q == {
        "q_ais": [0.02, 0.02, 0.04], "q_random": [0.03, 0.03, 0.06], "q_others": [0.6, 0.6, 1.0],
    }  # fmt: skip
    assert alone(half, rules) == ["three"]
    both = with_doubled_q(tables(changed), rules)
    assert both.matrix(["three"], "q_ais")["a"].tolist() == [0.02]
    assert alone(both, rules) == alone(tables(benchmarks=("one", "two")), rules) == []


@pytest.mark.parametrize("second", [True, False])
def test_the_verdicts_on_a_code_benchmark_alone_use_doubled_q_values(
    tables: Callable[..., Tables], rules: Rules, second: bool
) -> None:
    clear = EFFECT | {"q_ais": 0.03, "q_random": 0.03}
    run = tables({("one", "a"): clear, ("three", "a"): clear}, benchmarks=("one", "two", "three"))
    choices = tables({("one", "a"): clear}, benchmarks=("one", "two"))
    runs = (choices, run) if second else (run, None)
    text = "\n".join(told(*runs, rules))
    assert "(q-values of three are doubled" in text
    assert "- one: N 1," in text and "- three: N 0," in text


def test_a_run_with_two_kinds_of_masks_is_refused(tmp_path: Path) -> None:
    row = {"model": "m", "headline": True, "ablation_of": "mask", "selection": "specific"}
    rows = pd.DataFrame([row | {"fraction": fraction} for fraction in (0.001, 0.002)])
    rows.to_csv(tmp_path / "impact.csv", index=False)
    with pytest.raises(ValueError, match="2 kinds of masks of m; one expected"):
        read_tables(tmp_path, "m")
    with pytest.raises(ValueError, match="0 kinds of masks of other"):
        read_tables(tmp_path, "other")
