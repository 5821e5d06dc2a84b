"""The table with a model, on log-likelihoods given by hand."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from benchprof.abilities.check_report import model_cells, model_markdown
from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.item import ASKED, Companion, Item
from benchprof.abilities.model_table import (
    Results,
    check_model_on_blanks,
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


BLANK = {"blank": Companion("", "Is it?", 0)}
FLIP = {"flip": Companion("It shines.", "Is it wet?", 1)}


def item(
    id_: str,
    difficulty: str = "easy",
    type_: str = "sky",
    companions: Mapping[str, Companion] = MappingProxyType(BLANK),
) -> Item:
    texts = ("It rains.", "Is it wet?", ("yes", "no"))
    return Item(id_, type_, *texts, 0, "", difficulty, companions)


def results(weights: Sequence[float], *items: Item) -> Results:
    """`weights` of yes and no on the item, then on the blank, then on the flip."""
    texts = (
        "It rains.\nQuestion: Is it wet?\nAnswer:",
        "Question: Is it?\nAnswer:",
        "It shines.\nQuestion: Is it wet?\nAnswer:",
    )[: len(weights) // 2]
    pairs = [(text, option) for text in texts for option in (" yes", " no")]
    scorer: Any = Scripted(dict(zip(pairs, weights, strict=True)))
    splits = {"train": items[:2], "calibration": (), "test": items[2:]}
    return model_results(Ability("weather", splits), scorer, limit=2)


def test_hits_and_probabilities_by_hand():
    found = results((3, 1, 1, 4, 1, 4), item("a", companions=FLIP | BLANK), item("b"))
    # Of the flip "no" is right.
    assert found.hits[0] == pytest.approx([1, 1, np.nan, 0], nan_ok=True)
    assert found.probabilities[0] == pytest.approx([0.75, 0.8, np.nan, 0.2], nan_ok=True)
    assert found.probabilities[1] == pytest.approx([0.75, np.nan, np.nan, 0.2], nan_ok=True)
    assert found.companions == ["flip", "blank"]


def test_the_limit_counts_in_each_split():
    found = results((3, 1, 1, 4), *(item(id_) for id_ in "abcde"))
    assert [one.id for one in found.items] == ["a", "b", "c", "d"]


def test_rows_are_per_type_and_level_then_for_all_and_for_the_test_split():
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
        ("all of test", "all", 1),
    ]
    assert rows[-2]["guessing"] == 0.5
    assert (rows[-2]["accuracy"], rows[-2]["blank_accuracy"]) == (1, 0.5)
    assert (rows[-2]["probability"], rows[-2]["blank_probability"]) == (0.75, 0.5)


def test_a_companion_that_no_item_has_has_no_column():
    cells = model_cells(table_rows(results((3, 1), item("a", companions={}))))
    assert cells == [
        ("type", "difficulty", "n", "guessing", "accuracy", "95% interval", "probability"),
        *[("sky", d, "1", "0.500", "1.000", "0.206 to 1.000", "0.750") for d in ("easy", "all")],
    ]


def test_a_row_with_some_companions_has_dashes():
    items = (item("a", "easy", companions=FLIP), item("b", "hard", companions={}))
    cells = model_cells(table_rows(results((3, 1, 1, 1, 1, 4), *items)))
    assert cells[0][4:] == (
        "accuracy", "95% interval", "flips' accuracy", "pairs", "pairs' 95% interval",
        "probability", "flips' probability",
    )  # fmt: skip
    low = "0.206 to 1.000"
    assert cells[1][4:] == ("1.000", low, "1.000", "1.000", low, "0.750", "0.800")
    assert cells[2][4:] == ("1.000", low, "-", "-", "- to -", "0.750", "-")


def test_pairs_are_items_right_together_with_their_flip():
    hits = np.full((10, len(ASKED)), np.nan)
    hits[:, :2] = [[k < 6, k >= 4] for k in range(10)]
    found = Results((item("a", companions=FLIP),) * 10, ("train",) * 10, hits, hits)
    row = table_rows(found)[-1]
    # Wilson's interval of 2 of 10.
    assert (row["accuracy"], row["flip_accuracy"], row["pairs"]) == (0.6, 0.6, 0.2)
    assert (row["pairs_low"], row["pairs_high"]) == (0.0567, 0.5098)


def repeated(count: int, hits: int, blank_hits: int) -> Results:
    columns = np.full((count, len(ASKED)), np.nan)
    columns[:, 0] = np.arange(count) < hits
    columns[:, ASKED.index("blank")] = np.arange(count) < blank_hits
    return Results((item("a"),) * count, ("train",) * count, columns, columns)


def test_a_model_may_keep_half_of_its_excess_on_the_blanks():
    # Guessing is 50%; three standard errors of 2,000 items are 3.4 points.
    kept_half = check_model_on_blanks(repeated(2000, 1600, 1300))
    assert (kept_half.value, kept_half.bound.limit) == (pytest.approx(15), 15)
    assert kept_half.passed
    assert not check_model_on_blanks(repeated(2000, 1600, 1310)).passed


def test_noise_on_the_blanks_is_no_fault():
    check = check_model_on_blanks(repeated(100, 52, 60))
    assert (check.bound.limit, check.passed) == (15, True)
    assert "items 52.0% (not clearly above guessing)" in check.detail


def test_without_blanks_there_is_nothing_to_check():
    check = check_model_on_blanks(results((3, 1), item("a", companions={})))
    assert (check.passed, check.detail) == (True, "not asked: not every item has a blank")


def test_a_model_s_report_names_what_was_asked_of_what():
    rows = {"weather": table_rows(results((3, 1, 1, 1), item("a"), item("b", "hard")))}
    text = model_markdown({"model": "tiny", "digest": "1f"}, rows, {"weather/test.jsonl": "2e"})
    assert "- model: tiny\n- digest: 1f\n" in text
    assert text.endswith("```\n2e  weather/test.jsonl\n```\n")
    # Of all abilities the last row of each, under the ability's name.
    whole = text.partition("## All abilities")[2].partition("## weather")[0]
    assert "| weather |  | 2 |" in whole
