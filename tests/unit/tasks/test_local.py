"""Local items reach lm-eval as their file has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.pages import blocks

from benchprof.tasks.local import local_settings

DATES = {"day": "2015-03-01", "options": ["2015-03-02", "2016-03-02"], "number": "007"}
NUMBERS = {"whole": 1, "mask_fraction": 0.1 + 0.2, "tenth": 1.0, "true": True, "none": None}
NESTED = {"choices": {"text": ["b", "a"], "label": ["B", "A"]}, "turns": [{"who": "x", "says": 1}]}


def documents(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    items = [(f"line {number}", row) for number, row in enumerate(rows, start=1)]
    return list(local_settings({}, items)["custom_dataset"](version=1.0)["test"])


def turned(value: Any) -> Any:
    """An object with its fields in the other order: of options, for one."""
    return dict(reversed(value.items())) if isinstance(value, dict) else value


@pytest.mark.parametrize("row", [DATES, NUMBERS, NESTED])
def test_values_and_the_order_of_their_fields_stay(row: dict[str, Any]) -> None:
    """As text: 1 and 1.0 are equal, and so are objects in any order."""
    other = {name: turned(value) for name, value in row.items()}
    assert list(map(json.dumps, documents([row, other]))) == [json.dumps(row), json.dumps(other)]
    assert list(map(json.dumps, documents([row, row]))) == [json.dumps(row)] * 2


def test_a_field_that_an_item_lacks_is_none() -> None:
    rows = [{"a": 1}, {"a": 2, "code": "def f(): pass"}]
    assert documents(rows) == [{"a": 1, "code": None}, rows[1]]


def test_objects_that_differ_in_their_fields_get_no_others() -> None:
    rows: list[dict[str, Any]] = [
        {"options": {"B": "b", "A": "a"}, "turns": [{"x": 1}, {"y": "2015-03-01"}], "own": {}},
        {"options": {"A": "a/\u2028\U0001f600", "B": "", "C": "12"}, "turns": [],
         "own": {"deep": {"z": [2**63 - 1, True, None]}}},
    ]  # fmt: skip
    assert list(map(json.dumps, documents(rows))) == list(map(json.dumps, rows))


@pytest.mark.parametrize(
    ("own", "examples", "split"),
    [
        ({}, [], "test"),
        ({}, [("line 1", {"a": 2})], "shots"),
        ({"fewshot_config": {"sampler": "first_n"}}, [], "test"),
        ({"fewshot_config": {"samples": [{"a": 3}]}}, [], None),
    ],
)
def test_examples_are_the_task_s_own_the_file_s_or_other_items(
    own: dict[str, Any], examples: list[Any], split: str | None
) -> None:
    settings = local_settings(own, [("line 1", {"a": 1})], examples)
    assert settings["fewshot_split"] == split
    splits = settings["custom_dataset"]()
    assert {name: list(rows) for name, rows in splits.items()} == {"test": [{"a": 1}]} | (
        {"shots": [{"a": 2}]} if examples else {}
    )


def test_the_page_s_table_becomes_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = blocks(ROOT / "docs/how_to/benchmark.md", "python")
    rows = [
        "question,A,B,C,D,answer",
        "Capital of Chad?,N'Djamena,Abéché,NA,1,A",
        "2 + 2?,1,2,3,4,D",
    ]
    (tmp_path / "my_tasks").mkdir()
    (tmp_path / "puzzles.csv").write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(block.code, "the page", "exec"), {})
    lines = (tmp_path / "my_tasks/puzzles.jsonl").read_text(encoding="utf-8").splitlines()
    assert list(map(json.loads, lines)) == [
        # Words that pandas takes for missing values, and numbers, stay texts.
        {
            "question": "Capital of Chad?",
            "options": ["N'Djamena", "Abéché", "NA", "1"],
            "answer": 0,
        },
        {"question": "2 + 2?", "options": ["1", "2", "3", "4"], "answer": 3},
    ]
