"""What of a task, a group or a tag is asked, and with which examples."""

from __future__ import annotations

import functools
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from lm_eval.tasks import TaskManager
from tests.unit.tasks.definitions import CHOICES

from benchprof.data import ability_task
from benchprof.errors import InputError, RetriableError
from benchprof.tasks import source
from benchprof.tasks.requests import build_requests
from benchprof.tasks.source import TaskSource, load_tasks

WRITTEN = """\
task: own
output_type: generate_until
generation_kwargs: {until: ["\\n"], max_gen_toks: 8, do_sample: false}
doc_to_text: "{{question}}"
doc_to_target: "{{said}}"
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]
"""


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def questions(name: str, number: int) -> list[dict[str, Any]]:
    return [
        {"question": f"{name} {n}?", "options": ["x", "y"], "answer": n % 2, "said": f"so {n}"}
        for n in range(number)
    ]


def prompts(given: TaskSource) -> list[str]:
    requests = build_requests(load_tasks(given), None, 0)
    return [document.instances[0].args[0] for document in requests.documents]


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three tasks, a tag of two of them and a group of all are what lm-eval knows."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "known"
    folder.mkdir()
    for name in "abc":
        file = write(tmp_path / f"{name}.jsonl", questions(name, 12))
        data = f"dataset_path: json\ndataset_kwargs: {{data_files: {{test: {file}}}}}\n"
        tag = "tag: two\n" if name != "c" else ""
        text = f"task: own_{name}\n{tag}{data}test_split: test\n{CHOICES}"
        (folder / f"{name}.yaml").write_text(text)
    members = "[own_a, {task: own_b, description: 'Read. '}, {group: inner, task: [own_c]}]"
    (folder / "all.yaml").write_text(f"group: all\ntask: {members}\n")
    manager = functools.partial(TaskManager, include_path=str(folder))
    monkeypatch.setattr(source, "TaskManager", lambda **_: manager(include_defaults=False))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "members"),
    [("all", ["own_a", "own_b", "own_c"]), ("two", ["own_a", "own_b"]), ("own_b", ["own_b"])],
)
@pytest.mark.usefixtures("known")
def test_all_of_a_group_and_a_tag_are_asked_under_their_names(
    name: str, members: list[str]
) -> None:
    tasks = load_tasks(TaskSource(task=name))
    assert [task.config.task for task in tasks] == members
    requests = build_requests(tasks, None, 0)
    asked = {str(document.task.config.task): document for document in requests.documents}
    assert len(requests.documents) == 12 * len(members)
    assert {own: asked[own].instances[0].args[0] for own in members} == {
        own: ("Read. " if (name, own) == ("all", "own_b") else "") + f"{own[-1]} 11?"
        for own in members
    }


@pytest.mark.parametrize(("name", "kind"), [("all", "group"), ("two", "tag")])
def test_one_file_for_a_group_or_a_tag_is_refused(known: Path, name: str, kind: str) -> None:
    with pytest.raises(InputError, match=f"'{name}' is a {kind} of tasks, and `data` is the file"):
        load_tasks(TaskSource(task=name, data=known / "a.jsonl"))


def test_the_digest_of_a_known_task_names_no_folder(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """lm-eval writes the path of a task's file into its metadata."""
    here = build_requests(load_tasks(TaskSource(task="own_a")), 4, 1).digest
    there = shutil.copytree(known / "known", known / "there")
    manager = functools.partial(TaskManager, include_path=str(there))
    monkeypatch.setattr(source, "TaskManager", lambda **_: manager(include_defaults=False))
    (task,) = load_tasks(TaskSource(task="own_a"))
    assert "/there/" in task.config.metadata["config_source"]
    assert build_requests([task], 4, 1).digest == here


def test_a_known_task_takes_a_local_file_s_items(known: Path) -> None:
    (task,) = load_tasks(TaskSource(task="own_a", data=known / "c.jsonl"))
    assert task.config.task == "own_a"
    assert prompts(TaskSource(task="own_a", data=known / "c.jsonl"))[:2] == ["c 0?", "c 1?"]


def test_another_file_of_the_same_place_and_time_is_read(tmp_path: Path) -> None:
    """An archive stamps all its files with one time."""
    found = []
    for name, number in (("first", 12), ("second", 20)):
        items = [item | {"id": str(n), "family": "t", "context": ""}
                 for n, item in enumerate(questions(name, number))]  # fmt: skip
        os.utime(write(tmp_path / "s.jsonl", items), (315532800, 315532800))
        found.append(prompts(TaskSource(file=ability_task(None), data=tmp_path / "s.jsonl")))
    assert [(len(own), own[0]) for own in found] == [
        (12, "Question: first 0?\nAnswer:"),
        (20, "Question: second 0?\nAnswer:"),
    ]


@pytest.mark.parametrize(
    "splits",
    [
        "test_split: test",
        "validation_split: test",
        "test_split: test\nfewshot_split: test",
        "validation_split: test\nfewshot_split: test",
    ],
)
def test_no_item_is_its_own_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, splits: str
) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    items = write(tmp_path / "items.jsonl", questions("item", 12))
    data = f"dataset_path: json\ndataset_kwargs: {{data_files: {{test: {items}}}}}\n"
    file = tmp_path / "own.yaml"
    file.write_text(f"task: own\n{data}{splits}\n{CHOICES}")
    asked = prompts(TaskSource(file=file, fewshot=5))
    assert [prompt.count("?") for prompt in asked] == [6] * 12
    assert [prompt.count(f"item {n}?") for n, prompt in enumerate(asked)] == [1] * 12


def test_examples_of_another_split_are_drawn_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three examples among three: were one more drawn, to be left out, there were too few."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    files = {
        "test": str(write(tmp_path / "items.jsonl", questions("item", 12))),
        "dev": str(write(tmp_path / "dev.jsonl", questions("shown", 3))),
    }
    file = tmp_path / "own.yaml"
    data = f"dataset_path: json\ndataset_kwargs: {{data_files: {json.dumps(files)}}}\n"
    file.write_text(f"task: own\n{data}test_split: test\nvalidation_split: dev\n{CHOICES}")
    asked = prompts(TaskSource(file=file, fewshot=3))
    assert {prompt.count("shown") for prompt in asked} == {3}


def test_a_task_s_own_examples_stay_with_local_items(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    shown = "[{question: 'one?', said: yes one}, {question: 'two?', said: yes two}]"
    own = f"num_fewshot: 2\nfewshot_config: {{sampler: first_n, samples: {shown}}}\n"
    file.write_text(WRITTEN + own)
    given = TaskSource(file=file, data=write(tmp_path / "items.jsonl", questions("item", 2)))
    shots = "one? yes one\n\ntwo? yes two\n\n"
    assert prompts(given) == [f"{shots}item 0?", f"{shots}item 1?"]


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ("", "5 items to take examples from; expected 6 or more, for 5 examples before each item"),
        (
            "fewshot_config: {samples: [{question: one, said: two}]}\n",
            "1 items to take examples from; expected 5 or more, for 5 examples",
        ),
    ],
)
def test_too_few_items_for_the_examples_are_counted(tmp_path: Path, own: str, found: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(WRITTEN + own)
    items = write(tmp_path / "items.jsonl", questions("item", 5))
    with pytest.raises(InputError, match=found):
        load_tasks(TaskSource(file=file, data=items, fewshot=5))
    if not own:
        assert len(prompts(TaskSource(file=file, data=items, fewshot=4))) == 5


def test_examples_of_a_task_that_says_neither_split_are_counted(tmp_path: Path) -> None:
    """lm-eval draws one more then, as if it had to leave one out."""
    file = tmp_path / "own.yaml"
    names = {"train": "shown", "dev": "item"}
    files = {own: str(write(tmp_path / f"{own}.jsonl", questions(name, 3)))
             for own, name in names.items()}  # fmt: skip
    data = f"dataset_path: json\ndataset_kwargs: {{data_files: {json.dumps(files)}}}\n"
    splits = "training_split: train\nvalidation_split: dev\n"
    file.write_text(f"{WRITTEN}{data}{splits}")
    with pytest.raises(InputError, match="3 items to take examples from; expected 4 or more, for"):
        load_tasks(TaskSource(file=file, fewshot=3))
    assert len(prompts(TaskSource(file=file, fewshot=2))) == 3
    # The first ones are not drawn.
    file.write_text(f"{WRITTEN}{data}{splits}fewshot_config: {{sampler: first_n}}\n")
    assert {asked.count("shown") for asked in prompts(TaskSource(file=file, fewshot=3))} == {3}


def test_only_items_that_are_not_local_are_said_to_need_a_network(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(WRITTEN.replace("{{question}}", "{{ 1 / 0 }}"))
    items = write(tmp_path / "items.jsonl", questions("item", 5))
    with pytest.raises(InputError, match=rf"ZeroDivisionError.*with the items in {items}") as own:
        load_tasks(TaskSource(file=file, data=items))
    assert not isinstance(own.value, RetriableError)
    file.write_text(WRITTEN + f"dataset_path: {tmp_path / 'absent'}\ntest_split: test\n")
    with pytest.raises(RetriableError, match="Without network, give `benchmark_data:` or `data:`"):
        load_tasks(TaskSource(file=file))
