"""Which run's rows decide, and runs that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from study.tables import Rules, Tables, alone, joined, read_tables


def test_a_second_run_adds_benchmarks_and_decides_between_them(
    tables: Callable[..., Tables], rules: Rules
) -> None:
    choices = tables({("one", "a"): {"ais": 0.1}}, benchmarks=("one", "two"))
    written = tables({("one", "a"): {"ais": 0.9}, ("three", "a"): {"ais": 0.3}})
    both = joined(choices, written, rules)
    # The first run's cell stands, whose family of tests is the registered one.
    assert both.matrix(["one", "three"])["a"].tolist() == [0.1, 0.3]
    assert len(both.cells) == 4 * 3
    assert sorted(both.controls.benchmark.unique()) == ["four", "one", "three", "two"]
    assert both.findings is written.findings
    assert both.similarities is written.similarities


def test_runs_that_do_not_belong_together_are_refused(
    tables: Callable[..., Tables], rules: Rules
) -> None:
    other = tables({("one", "a"): {"mask_digest": "another"}})
    with pytest.raises(ValueError, match="different masks"):
        joined(tables(), other, rules)
    with pytest.raises(ValueError, match="the second run lacks four, three"):
        joined(tables(), tables(benchmarks=("one", "two")), rules)


def test_the_controls_of_the_first_run_stand(tables: Callable[..., Tables], rules: Rules) -> None:
    choices, written = tables(benchmarks=("one", "two")), tables()
    fewer = replace(written, controls=written.controls[written.controls.seed < 3])
    drawn = joined(choices, fewer, rules).controls.groupby("benchmark").seed.count()
    assert drawn.to_dict() == {"one": 3, "two": 3, "three": 2, "four": 2}


def test_a_second_run_with_other_answers_is_refused(
    tables: Callable[..., Tables], rules: Rules
) -> None:
    other = tables({("two", "b"): {"ablated": 0.4}})
    with pytest.raises(ValueError, match="other answers to two under b's mask"):
        joined(tables(benchmarks=("one", "two")), other, rules)
    items = tables()
    items.controls.loc[items.controls.benchmark == "one", "requests_digest"] = "others"
    with pytest.raises(ValueError, match="other answers to one under all_abilities's mask"):
        joined(tables(benchmarks=("one", "two")), items, rules)


def test_the_q_values_of_a_code_benchmark_alone_are_doubled(
    tables: Callable[..., Tables], rules: Rules
) -> None:
    quiet = {"q_ais": 0.02, "q_random": 0.03, "q_others": 0.6}
    changed = {("one", "a"): quiet, ("two", "a"): quiet, ("three", "a"): quiet}
    choices, written = tables(changed, benchmarks=("one",)), ("one", "two", "three")
    half = joined(choices, tables(changed, benchmarks=written), rules)
    q = {name: half.matrix(written, name)["a"].tolist() for name in quiet}
    assert q == {
        "q_ais": [0.02, 0.02, 0.04], "q_random": [0.03, 0.03, 0.06], "q_others": [0.6, 0.6, 1.0],
    }  # fmt: skip
    assert alone(half, rules) == ["three"]
    both = joined(choices, tables(changed), rules)
    assert both.matrix(["three"], "q_ais")["a"].tolist() == [0.02]
    assert alone(both, rules) == alone(choices, rules) == []


def test_a_run_with_two_kinds_of_masks_is_refused(tmp_path: Path) -> None:
    row = {"model": "m", "headline": True, "ablation_of": "mask", "selection": "specific"}
    rows = pd.DataFrame([row | {"fraction": fraction} for fraction in (0.001, 0.002)])
    rows.to_csv(tmp_path / "impact.csv", index=False)
    with pytest.raises(ValueError, match="2 kinds of masks of m; one expected"):
        read_tables(tmp_path, "m")
    with pytest.raises(ValueError, match="0 kinds of masks of other"):
        read_tables(tmp_path, "other")
