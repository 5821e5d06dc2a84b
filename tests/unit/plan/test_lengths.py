"""The lengths of a benchmark's texts, against texts that are counted by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchprof.files import write_text
from benchprof.plan.lengths import Lengths, measured_lengths
from benchprof.plan.questions import QuestionCounts, benchmark_questions
from benchprof.run.configuration import TaskFile
from benchprof.tasks.source import load_tasks, task_source

CHOOSES = """task: chooses
output_type: multiple_choice
doc_to_text: "Q: {{q}}\\nA:"
doc_to_choice: options
doc_to_target: answer
"""
WRITES = """task: writes
output_type: generate_until
doc_to_text: "Q: {{q}}\\nA:"
doc_to_target: answer
generation_kwargs: {until: ["\\n"], max_gen_toks: 96}
"""


def benchmark(folder: Path, task: str, items: list[dict[str, Any]], **more: Any) -> TaskFile:
    write_text(folder / "task.yaml", task)
    write_text(folder / "items.jsonl", "".join(json.dumps(item) + "\n" for item in items))
    files = {"task_file": str(folder / "task.yaml"), "data": str(folder / "items.jsonl")}
    return TaskFile(**files, **more)


def lengths(own: TaskFile, most: int | None = None, **more: Any) -> Lengths:
    return measured_lengths(load_tasks(task_source(own)), most, **more)


def test_what_texts_share_is_counted_once(tmp_path: Path) -> None:
    r"""After "Q: " come "xx\nA:" and "y\nA:", then " yes" and " no", " 1" and " 12"."""
    own = benchmark(
        tmp_path,
        CHOOSES,
        [{"q": "xx", "options": ["yes", "no"], "answer": 0},
         {"q": "y", "options": ["1", "12"], "answer": 1}],
    )  # fmt: skip
    first, second = len("xx\nA: ") + len("yes") + len("no"), len("y\nA: ") + len("12")
    assert lengths(own) == Lengths(2, 1, len("Q: "), round((first + second) / 2), 0, 0)


def test_examples_that_items_share_are_counted_once(tmp_path: Path) -> None:
    """An item that is among the examples has others, which share less of their beginning."""
    items = [{"q": f"{n:04}" * 10, "options": ["yes", "no"], "answer": 0} for n in range(40)]
    one = len("Q: " + "0000" * 10 + "\nA: yes\n\n")
    found = lengths(benchmark(tmp_path, CHOOSES, items, fewshot=8))
    assert found.prefix + 40 * found.item < 3 * 8 * one + 40 * 2 * one


def test_an_answer_is_as_long_as_the_target_or_the_solution(tmp_path: Path) -> None:
    own = benchmark(tmp_path, WRITES, [{"q": "1 + 1?", "answer": "2", "code": "return 2"}] * 2)
    assert lengths(own).answer == len("2")
    assert lengths(own, solutions=["canonical_solution", "code"]).answer == len("return 2")
    several = benchmark(tmp_path, WRITES, [{"q": "1 + 1?", "answer": ["two", "2", "II"]}] * 2)
    assert lengths(several).answer == len("two")


def test_a_batch_has_room_for_the_most_that_an_answer_may_have(tmp_path: Path) -> None:
    items = [{"q": "1 + 1?", "answer": "2"}] * 2
    assert lengths(benchmark(tmp_path, WRITES, items)).room == 96
    # lm-eval's own limit where the task gives none.
    without = WRITES.replace(", max_gen_toks: 96", "")
    assert lengths(benchmark(tmp_path, without, items)).room == 256


def test_a_sample_stands_for_all_items(tmp_path: Path) -> None:
    own = benchmark(
        tmp_path, WRITES, [{"q": f"{letter}23", "answer": "12345"} for letter in "abcdefghij" * 3]
    )
    assert lengths(own, 5) == Lengths(30, 1, len("Q: "), len("a23\nA:"), 5, 96)
    # The beginning is read again for each item, as it is shorter than half of the prompt.
    prompt = len("Q: a23\nA:")
    asked = benchmark_questions("b", own.model_copy(update={"limit": 10}), None, [], 1)
    assert asked == QuestionCounts(10, 10 * prompt, 50, prompt, 96)


@pytest.mark.parametrize("missing", ["task.yaml", "items.jsonl"])
def test_a_plan_does_without_a_benchmark_whose_files_are_missing(
    missing: str, tmp_path: Path
) -> None:
    own = benchmark(tmp_path, WRITES, [{"q": "1 + 1?", "answer": "2"}])
    (tmp_path / missing).unlink()
    assert benchmark_questions("b", own, None, [], 1) is None


def test_a_plan_does_without_a_benchmark_with_a_faulty_item(tmp_path: Path) -> None:
    own = benchmark(tmp_path, CHOOSES, [{"q": "1 + 1?", "options": ["1", "2"], "answer": 5}])
    assert benchmark_questions("b", own, None, [], 1) is None
