"""The table with a model, on log-likelihoods given by hand."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from benchprof.abilities.check_report import model_cells
from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.item import Item, Twin
from benchprof.abilities.model_table import (
    Results,
    check_model_on_twins,
    model_results,
    table_rows,
)


class Scripted:
    """A scorer that gives an option the logarithm of the weight that its prompt names."""

    def __init__(self, weights: dict[tuple[str, str], float]) -> None:
        self.weights = weights

    def prepare(self, instances: Sequence[Any]) -> Sequence[Any]:
        return instances

    def score(self, prepared: Sequence[Any]) -> list[tuple[float, bool]]:
        return [(math.log(self.weights[instance.args]) - 5, False) for instance in prepared]


def item(id_: str, difficulty: str = "easy", type_: str = "sky", twin: bool = True) -> Item:
    question = Twin("", "Is it?") if twin else None
    return Item(id_, type_, "It rains.", "Is it wet?", ("yes", "no"), 0, "", difficulty, question)


def results(weights: Sequence[float], *items: Item) -> Results:
    """`weights` of yes and no on the item, then of yes and no on the twin."""
    texts = ("It rains.\nQuestion: Is it wet?\nAnswer:", "Question: Is it?\nAnswer:")
    pairs = [(text, option) for text in texts for option in (" yes", " no")]
    scorer: Any = Scripted(dict(zip(pairs, weights, strict=True)))
    splits = {"train": items[:2], "calibration": (), "test": items[2:]}
    return model_results(Ability("weather", splits), scorer, limit=2)


def test_hits_and_probabilities_by_hand():
    found = results((3, 1, 1, 4), item("a"), item("b", twin=False))
    assert found.hits.tolist()[0] == [1, 0]
    assert found.probabilities[0] == pytest.approx([0.75, 0.2])
    assert found.probabilities[1, 0] == pytest.approx(0.75)
    assert np.isnan(found.hits[1, 1])
    assert np.isnan(found.probabilities[1, 1])


def test_the_limit_counts_in_each_split():
    found = results((3, 1, 1, 4), *(item(id_) for id_ in "abcde"))
    assert [one.id for one in found.items] == ["a", "b", "c", "d"]


def test_rows_are_per_type_and_level_then_for_all():
    items = (item("a"), item("b", "hard"), item("c", type_="sea"))
    rows = table_rows(results((3, 1, 1, 1), *items))
    assert [(row["type"], row["difficulty"], row["n"]) for row in rows] == [
        ("sea", "easy", 1),
        ("sea", "all", 1),
        ("sky", "easy", 1),
        ("sky", "hard", 1),
        ("sky", "all", 2),
        ("all", "easy", 2),
        ("all", "hard", 1),
        ("all", "all", 3),
    ]
    assert rows[-1]["guessing"] == 0.5
    assert (rows[-1]["accuracy"], rows[-1]["twin_accuracy"]) == (1, 0.5)
    assert (rows[-1]["probability"], rows[-1]["twin_probability"]) == (0.75, 0.5)


def test_a_row_without_twins_has_dashes():
    rows = table_rows(results((3, 1, 1, 1), item("a", twin=False)))
    assert model_cells(rows)[-1][-3:] == ("-", "0.750", "-")


def repeated(count: int, hits: int, twin_hits: int) -> Results:
    columns = [[float(k < hits), float(k < twin_hits)] for k in range(count)]
    return Results((item("a"),) * count, np.array(columns), np.array(columns))


def test_a_model_may_keep_half_of_its_excess_on_the_twins():
    # Guessing is 50%; three standard errors of 2,000 items are 3.4 points.
    kept_half = check_model_on_twins(repeated(2000, 1600, 1300))
    assert (kept_half.value, kept_half.bound.limit) == (pytest.approx(15), 15)
    assert kept_half.passed
    assert not check_model_on_twins(repeated(2000, 1600, 1310)).passed


def test_noise_on_the_twins_is_no_fault():
    check = check_model_on_twins(repeated(100, 52, 60))
    assert (check.bound.limit, check.passed) == (15, True)
    assert "items 52.0% (not clearly above guessing)" in check.detail


def test_without_twins_there_is_nothing_to_check():
    check = check_model_on_twins(results((3, 1, 1, 1), item("a", twin=False)))
    assert (check.passed, check.detail) == (True, "not every item has a twin")
