"""A user's items have the fields that the task file puts before the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT

from benchprof.errors import InputError
from benchprof.run.item_fields import check_fields

TASK = """\
task: capitals
output_type: multiple_choice
doc_to_text: "Question: {{question}}{% if hint %} ({{ hint | upper }}){% endif %}\\nAnswer:"
doc_to_choice: options
doc_to_target: answer
"""
GOOD = {"question": "Capital of France?", "options": ["Paris", "Nice"], "answer": 0}


def _check(folder: Path, task: str, *items: dict[str, Any]) -> None:
    """The items stand behind one that is as it should be."""
    (folder / "task.yaml").write_text(task)
    lines = "\n".join(map(json.dumps, [GOOD, *items]))
    (folder / "items.jsonl").write_text(lines)
    check_fields(folder / "task.yaml", folder / "items.jsonl")


def test_items_with_all_fields_pass(tmp_path: Path) -> None:
    """Also without the hint, which the text may do without, and with 0 as the answer."""
    _check(tmp_path, TASK, GOOD | {"hint": None}, GOOD | {"answer": 1})


@pytest.mark.parametrize("field", ["question", "options", "answer"])
@pytest.mark.parametrize("null", [True, False])
def test_a_field_that_one_item_lacks_is_named_with_its_line(
    tmp_path: Path, field: str, null: bool
) -> None:
    item = {key: value for key, value in GOOD.items() if key != field}
    with pytest.raises(InputError, match=rf"items.jsonl, line 3: no '{field}'.*task.yaml names"):
        _check(tmp_path, TASK, GOOD, item | ({field: None} if null else {}))


def test_a_text_in_place_of_choices_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: 'options' is 'Paris, Nice'; expected a list"):
        _check(tmp_path, TASK, GOOD | {"options": "Paris, Nice"})


@pytest.mark.parametrize(
    ("asked", "instead", "key"),
    [
        ("{{question}}", "{{qestion}}", "doc_to_text"),
        ("doc_to_choice: options", "doc_to_choice: option", "doc_to_choice"),
        ("doc_to_target: answer", "doc_to_target: anwser", "doc_to_target"),
    ],
)
def test_a_field_that_no_item_has_is_named_with_what_it_may_mean(
    tmp_path: Path, asked: str, instead: str, key: str
) -> None:
    found = rf"items.jsonl: no item has the field .*{key} in .*task.yaml.*Did you mean"
    with pytest.raises(InputError, match=found):
        _check(tmp_path, TASK.replace(asked, instead))


@pytest.mark.parametrize(
    "told",
    [
        "process_docs: !function code.docs",
        "include: base.yaml",
        "doc_to_text: !function code.text",
        'doc_to_choice: ["yes", "no"]',
        "doc_to_choice: '{{[one, two]}}'",
        "doc_to_text: '{% if question %}{{question}}{% endif %}'",
        "doc_to_text: '{% for question in options %}{{question}}{% endfor %}'",
        "doc_to_text: '{% set question = options[0] %}{{question}}'",
        "doc_to_text: '{{question | default(0)}} {{question.text}}'",
        "doc_to_text: '{{question'",
        "doc_to_text: \"{{question | regex_replace('a', 'b')}}\"",
        "doc_to_text: \"{% set question = question or 'none' %}{{question}}\"",
        "class: !function code.Task",
        "? [a, b]\n: c\nprocess_docs: !function code.docs",
    ],
)
def test_what_code_or_the_task_file_makes_is_not_asked_of_the_items(
    tmp_path: Path, told: str
) -> None:
    key = told.partition(":")[0]
    lines = [line for line in TASK.splitlines() if not line.startswith(key)]
    lacking = {"doc_to_text": "question", "doc_to_choice": "options"}.get(key, "question")
    item = {field: value for field, value in GOOD.items() if field != lacking}
    _check(tmp_path, "\n".join([*lines, told]), item)


def test_code_that_scores_answers_may_do_without_a_target(tmp_path: Path) -> None:
    item = GOOD | {"answer": None}
    _check(tmp_path, f"{TASK}process_results: !function code.results\n", item)


def test_a_target_may_be_the_text_of_a_choice(tmp_path: Path) -> None:
    _check(tmp_path, TASK.replace("doc_to_target: answer", "doc_to_target: Paris"), GOOD)


@pytest.mark.parametrize("name", ["plans_and_prices", "everyday_problems", "small_functions"])
def test_the_shipped_items_have_their_fields(name: str) -> None:
    folder = ROOT / "resources/benchmarks" / name
    check_fields(folder / "task.yaml", folder / "items.jsonl")
