"""Shipped benchmarks are what lm-eval's tasks are, and faults of their local files are named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lm_eval.tasks import TaskManager
from lm_eval.tasks._yaml_loader import load_yaml

from benchprof.data import BENCHMARKS
from benchprof.errors import InputError
from benchprof.tasks.benchmark import ShippedBenchmark
from benchprof.tasks.definition import (
    check_local_files,
    local_files,
    read_definition,
)
from benchprof.tasks.requests import Requests, build_requests
from benchprof.tasks.source import load_tasks, task_source

NAMES = sorted(path.stem for path in BENCHMARKS.glob("*.yaml"))
MEMBERS = {"mmlu": "mmlu_anatomy", "bbh": "bbh_cot_fewshot_navigate"}


@pytest.fixture(scope="module")
def index() -> Mapping[str, Any]:
    return TaskManager().task_index


def requests_of(name: str, folder: Path, **settings: Any) -> Requests:
    definition = read_definition(name, "config.yaml")
    local = local_files(definition, folder)
    source = task_source(ShippedBenchmark(benchmark=name, **settings), local_files=local)
    return build_requests(load_tasks(source), None, 1, shown=definition.options)


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_agrees_with_lm_eval_s_task(name: str, index: Mapping[str, Any]) -> None:
    definition = read_definition(name, "config.yaml")
    entry = index[MEMBERS.get(definition.task, definition.task)]
    theirs = load_yaml(entry.yaml_path, resolve_func=False)
    assert definition.dataset == theirs["dataset_path"]
    # MMLU's five are a convention that lm-eval leaves to whoever runs it.
    assert definition.fewshot == (5 if name == "mmlu" else theirs.get("num_fewshot") or 0)
    assert definition.revision is not None


@pytest.mark.parametrize("name", ["bbh", "gsm8k", "humaneval", "mbpp"])
def test_a_text_ends_where_lm_eval_ends_it_and_at_qwen_s_mark(
    name: str, index: Mapping[str, Any]
) -> None:
    definition = read_definition(name, "config.yaml")
    entry = index[MEMBERS.get(definition.task, definition.task)]
    theirs = load_yaml(entry.yaml_path, resolve_func=False)["generation_kwargs"]
    ours = dict(definition.settings["generation_kwargs"])
    assert ours.pop("until") == [*theirs.pop("until"), "<|endoftext|>"]
    assert ours == theirs


def subject(name: str, number: int) -> dict[str, Any]:
    options = [f"{name} {number} {word}" for word in ("one", "two", "three", "four")]
    return {
        "question": f"What of {name}, {number}?",
        "subject": name,
        "choices": options,
        "answer": 1,
    }


@pytest.fixture
def mmlu(tmp_path: Path) -> Path:
    names = ("anatomy", "virology")
    write(tmp_path / "mmlu.jsonl", [subject(name, n) for name in names for n in range(3)])
    write(tmp_path / "mmlu.fewshot.jsonl", [subject(n, 100 + k) for n in names for k in range(6)])
    return tmp_path


def test_a_group_s_file_is_split_into_its_tasks(mmlu: Path) -> None:
    requests = requests_of("mmlu", mmlu)
    tasks = [document.task.config.task for document in requests.documents]
    assert tasks == ["mmlu_anatomy"] * 3 + ["mmlu_virology"] * 3
    prompt = requests.documents[3].instances[0].args[0]
    assert prompt.startswith(
        "The following are multiple choice questions (with answers) about virol"
    )
    # Five examples of its own subject, the first of them in order.
    assert [f"What of virology, {100 + n}?" in prompt for n in range(6)] == [True] * 5 + [False]
    assert "anatomy" not in prompt


def test_an_item_of_no_task_is_named(mmlu: Path) -> None:
    write(mmlu / "mmlu.jsonl", [subject("anatomy", 1), subject("alchemy", 1)])
    with pytest.raises(InputError, match=r"mmlu\.jsonl, line 2, subject: 'alchemy'.*anatomy"):
        requests_of("mmlu", mmlu)


def test_too_few_examples_are_named(mmlu: Path) -> None:
    with pytest.raises(
        InputError, match=r"fewshot\.jsonl: 6 examples for mmlu_anatomy.* 7 or more"
    ):
        requests_of("mmlu", mmlu, fewshot=7)


def test_an_unknown_benchmark_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"benchmarks\.x\.benchmark: 'arc'; expected one of arc_ch"
    ):
        read_definition("arc", "config.yaml, benchmarks.x.benchmark")
    files = local_files(read_definition("gsm8k", "config.yaml"), tmp_path)
    write(tmp_path / "gsm8k.jsonl", [{"question": "q", "answer": "#### 1"}])
    with pytest.raises(InputError, match=r"gsm8k\.fewshot\.jsonl: no such file.*make fetch-data"):
        check_local_files(files, None)


def test_a_field_that_the_first_item_lacks_reaches_the_others(tmp_path: Path) -> None:
    item = {"task_id": 11, "text": "t", "test_list": ["assert f(1) == 1"] * 3}
    items = [item, item | {"code": "def f(x): ...", "test_setup_code": "import re"}]
    write(tmp_path / "mbpp.jsonl", items)
    first, second = (document.content for document in requests_of("mbpp", tmp_path).documents)
    assert first == items[0] | {"code": None, "test_setup_code": None}
    assert second == items[1]


def test_a_field_of_two_kinds_is_named_before_a_run_but_not_in_two_tasks(tmp_path: Path) -> None:
    """Each task's items are a table of their own."""
    rows = [{"subject": name, "answer": own} for name, own in (("a", 1), ("b", "x"), ("a", 2))]
    files = {"data": tmp_path / "own.jsonl"}
    write(files["data"], rows)
    check_local_files(files, "subject")
    with pytest.raises(InputError, match=r"own\.jsonl, line 2, 'answer': a text, 'x'; expected a"):
        check_local_files(files, None)
    write(files["data"], [*rows, {"subject": "a", "answer": 2.5}])
    with pytest.raises(InputError, match=r"own\.jsonl, line 4, 'answer': a fraction, 2\.5"):
        check_local_files(files, "subject")


def test_bbh_s_guessing_is_of_the_options_that_its_questions_show(tmp_path: Path) -> None:
    ask = "What is it?\nOptions:\n(A) a thing (B)\n(B) another\n(C) a third"
    items = [
        {"task": "date_understanding", "input": ask, "target": "(B)"},
        {"task": "ruin_names", "input": ask, "target": "another"},  # A fault that BBH has.
        {"task": "sports_understanding", "input": "Is it plausible?", "target": "no"},
        {"task": "navigate", "input": "Back?\nOptions:\n- Yes\n- No", "target": "No"},
        {"task": "word_sorting", "input": "Sort: b a", "target": "a b"},
    ]
    write(tmp_path / "bbh.jsonl", items)
    requests = requests_of("bbh", tmp_path)
    offers = {str(d.task.config.dataset_name): d.offer for d in requests.documents}
    assert offers["date_understanding"].options == ("(A)", "(B)", "(C)")
    assert offers["date_understanding"].right == (1,)
    assert offers["ruin_names"].right == ()
    assert offers["sports_understanding"].options == ("yes", "no")
    assert offers["word_sorting"].options == ()
    # A third, none, a half, a half and none.
    assert requests.guessing == pytest.approx((1 / 3 + 1 / 2 + 1 / 2) / 5)
