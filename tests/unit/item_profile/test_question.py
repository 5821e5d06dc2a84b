"""Questions of files and of lm-eval tasks, as a model reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchprof.abilities.item import Item
from benchprof.errors import InputError
from benchprof.importance.example import Question
from benchprof.item_profile.question import benchmark_questions, read_questions
from benchprof.tasks.source import TaskSource

CHOICE = {"question": "Who?", "options": ["Ann", "Bob"], "answer": 1}


def written(folder: Path, *lines: Any) -> Path:
    file = folder / "questions.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def test_a_file_of_questions(tmp_path: Path) -> None:
    file = written(tmp_path, CHOICE, {"question": " Where? ", "answer": " Rome "})
    first, second = read_questions(file)
    assert (first.prompt, first.options, first.answer) == (
        "Question: Who?\nAnswer:", ("Ann", "Bob"), 1,
    )  # fmt: skip
    assert (second.prompt, second.options) == ("Question: Where?\nAnswer:", ("Rome",))
    assert second.id == f"{file}, line 2"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"answer": 0}, "line 2, question"),
        (CHOICE | {"options": ["Ann"]}, "line 2, options"),
        (CHOICE | {"options": ["Ann", "Ann "]}, "line 2, options"),
        (CHOICE | {"options": "Ann"}, "line 2, options"),
        (CHOICE | {"answer": 2}, "line 2, answer"),
        (CHOICE | {"answer": "Bob"}, "line 2, answer"),
        (CHOICE | {"answer": True}, "line 2, answer"),
        ({"question": "Who?", "answer": 1}, "line 2, answer"),
        (CHOICE | {"choices": []}, "'choices'"),
    ],
)
def test_a_faulty_line_is_named(line: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        read_questions(written(tmp_path, CHOICE, line))


def task(folder: Path, items: list[dict[str, Any]], **settings: Any) -> TaskSource:
    file = folder / "task.yaml"
    own = {"task": "own", "dataset_path": "json", "test_split": "test"}
    own |= {"metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}]}
    file.write_text(yaml.safe_dump(own | settings))
    return TaskSource(file=file, data=written(folder, *items))


def test_a_task_with_options_reads_as_an_ability_s_item(tmp_path: Path) -> None:
    item = Item("1", "f", "Ann sings.", "Who sings?", ("Ann", "Bob"), 0)
    (question,) = benchmark_questions(
        task(
            tmp_path,
            [item.to_json()],
            output_type="multiple_choice",
            doc_to_text="{{context}}\nQuestion: {{question}}\nAnswer:",
            doc_to_target="answer",
            doc_to_choice="options",
            num_fewshot=1,
        ),
        limit=5,
        seed=1,
    )
    own = Question.of(item)
    assert (question.prompt, question.options, question.answer) == (
        own.prompt, own.options, own.answer,
    )  # fmt: skip


def test_a_written_answer_is_the_reference(tmp_path: Path) -> None:
    items = [{"question": f"{n} + 1?", "answer": f"{n + 1}"} for n in range(6)]
    metric = {"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}
    questions = benchmark_questions(
        task(
            tmp_path,
            items,
            output_type="generate_until",
            doc_to_text="{{question}}",
            doc_to_target="{{answer}}",
            generation_kwargs={"until": ["\n"]},
            metric_list=[metric],
        ),
        limit=4,
        seed=1,
    )
    assert len(questions) == 4
    for question in questions:
        number = int(question.id)
        assert (question.prompt, question.options) == (f"{number} + 1?", (f"{number + 1}",))


def test_options_with_contexts_of_their_own_differ_from_there_on(tmp_path: Path) -> None:
    """As of WinoGrande, where the text after the gap is the same."""
    (question,) = benchmark_questions(
        task(
            tmp_path,
            [{"start": "The cup fits the box since the", "names": ["cup", "crate"], "answer": 0}],
            output_type="multiple_choice",
            doc_to_text="answer",
            doc_to_choice="{{[start + ' ' + names[0], start + ' ' + names[1]]}}",
            doc_to_target="is small.",
        ),
        limit=5,
        seed=1,
    )
    assert question.prompt == "The cup fits the box since the"
    assert question.options == ("cup is small.", "crate is small.")
