"""Labels and the first factor, on tables small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from study.labels import agreement, left_out, one_factor, remainder, scaled
from study.tables import Rules, Tables, read_rules

from benchprof.data import benchmarks as shipped

ROOT = Path(__file__).parents[3]
Make = Callable[..., Tables]


def _table(rows: dict[str, list[float]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index", columns=["a", "b", "c"])


def test_the_mean_rank_of_labelled_abilities(rules: Rules) -> None:
    # Ranks: one's a is first, two's b second, three's c third, four's a and b first and third.
    table = _table(
        {"one": [3, 2, 1], "two": [3, 2, 1], "three": [3, 2, 1], "four": [0.5, -1, 0]}
    )  # fmt: skip
    found = agreement(table, rules)
    assert found.pairs == 5
    assert found.rank == pytest.approx((1 + 2 + 3 + 1 + 3) / 5)
    assert found.expected == pytest.approx(2, abs=0.05)


def test_perfect_agreement_is_as_rare_as_the_orders_of_three_names(rules: Rules) -> None:
    # Only the order as it is puts all three labels first: one of 3! = 6.
    table = _table({"one": [1, 0, 0.5], "two": [0, 1, 0.5], "three": [0, 0.5, 1]})
    found = agreement(table, rules)
    assert found.rank == 1
    assert found.p == pytest.approx(1 / 6, abs=0.03)


def test_each_benchmark_is_left_out_once(rules: Rules) -> None:
    table = _table({"one": [1, 0, 0.5], "two": [1, 0, 0.5]})
    found = left_out(table, rules, without_factor=False)
    assert {name: own.rank for name, own in found.items()} == {"one": 3, "two": 1}
    # One row would be its own first factor, and its remainder the noise of rounding.
    assert left_out(table, rules, without_factor=True) == {}


def test_the_factor_is_fitted_without_the_benchmark_that_is_left_out(rules: Rules) -> None:
    # Without `three`, the first factor is the first row, and the second is what it leaves.
    table = _table({"one": [3, 0, 0], "two": [0, 1, 0], "three": [0, 9, 7]})
    found = left_out(table, rules, without_factor=True)["three"]
    # Of one's zeros, a ties with b and c at 2; two's b is first.
    assert found.rank == pytest.approx((2 + 1) / 2)


def test_a_table_of_one_factor_leaves_nothing(tables: Make, rules: Rules) -> None:
    cells = {
        (name, ability): {"ais": scale * size}
        for name, scale in (("one", 1.0), ("two", 2.0))
        for ability, size in (("a", 0.3), ("b", 0.1), ("c", 0.2))
    }
    found = tables(cells)
    assert one_factor(found, rules, ["one", "two"]).share == pytest.approx(1)
    left = remainder(found.matrix(["one", "two"])).to_numpy()
    assert left == pytest.approx(np.zeros((2, 3)), abs=1e-12)


def test_the_factor_of_a_diagonal_table_is_its_largest_entry(tables: Make, rules: Rules) -> None:
    found = tables({("one", "a"): {"ais": 3.0}, ("two", "b"): {"ais": 1.0}})
    assert one_factor(found, rules, ["one", "two"]).share == pytest.approx(9 / 10)
    assert remainder(found.matrix(["one", "two"])).loc["two"].tolist() == pytest.approx([0, 1, 0])


def test_rows_are_scaled_alike_before_the_factor(tables: Make, rules: Rules) -> None:
    # A diagonal table with rows of the same size has no first factor: half each.
    found = tables({("one", "a"): {"ais": 3.0}, ("two", "b"): {"ais": 1.0}})
    assert one_factor(found, rules, ["one", "two"], rows_alike=True).share == pytest.approx(1 / 2)
    # Three values of one random mask each: all rows are alike, whatever their size.
    alike = tables({(n, a): {"ais": s} for n, s in (("one", 2.0), ("two", 0.1)) for a in "abc"})
    assert one_factor(alike, rules, ["one", "two"], rows_alike=True).share == pytest.approx(1)


def test_a_row_of_zeros_stays_when_rows_are_scaled() -> None:
    assert scaled(np.array([[0.0, 0.0], [3.0, 4.0]])).tolist() == [[0, 0], [0.6, 0.8]]


def test_random_tables_mix_the_controls_of_all_benchmarks(tables: Make, rules: Rules) -> None:
    # Within a benchmark the controls are nearly equal here (0.1 to 0.3, 3.1 to 3.3): tables whose
    # rows drew from their own would be one factor nearly without a rest.
    found = one_factor(tables({("one", "a"): {"ais": 1.0}}), rules, ["one", "four"])
    assert found.random_low < 0.9 < found.random_high


def test_the_shipped_rules_name_benchmarks_and_abilities_that_there_are() -> None:
    rules = read_rules()
    abilities = yaml.safe_load((ROOT / "config/study.yaml").read_text())["abilities"]
    assert {own for labels in rules.labels.values() for own in labels} <= set(abilities)
    paired = {name for pair in rules.pairs for name in pair}
    assert {*rules.code, rules.control} | paired <= set(rules.benchmarks)
    (folder,) = shipped.__path__
    assert {f"{name}.yaml" for name in rules.benchmarks} <= {p.name for p in Path(folder).iterdir()}
