"""The lengths of a benchmark's texts, against texts that are counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

from benchprof.files import write_text
from benchprof.plan.lengths import Lengths, measured_lengths
from benchprof.plan.workload import Questions, benchmark_questions
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


def benchmark(folder: Path, task: str, items: list[dict[str, object]]) -> TaskFile:
    write_text(folder / "task.yaml", task)
    write_text(folder / "items.jsonl", "".join(json.dumps(item) + "\n" for item in items))
    return TaskFile(task_file=str(folder / "task.yaml"), data=str(folder / "items.jsonl"))


def lengths(own: TaskFile, most: int | None = None) -> Lengths:
    return measured_lengths(load_tasks(task_source(own)), most)


def test_what_texts_share_is_counted_once(tmp_path: Path) -> None:
    """Both begin with "Q: "; "xx\\nA: " or "y\\nA: " follows, then "yes" and "no" or "1" and "12"."""
    items: list[dict[str, object]] = [
        {"q": "xx", "options": ["yes", "no"], "answer": 0},
        {"q": "y", "options": ["1", "12"], "answer": 1},
    ]
    own = benchmark(tmp_path, CHOOSES, items)
    first, second = len("xx\nA: ") + len("yes") + len("no"), len("y\nA: ") + len("12")
    assert lengths(own) == Lengths(2, 1, len("Q: "), round((first + second) / 2), 0)


def test_an_answer_is_as_long_as_the_solution(tmp_path: Path) -> None:
    items: list[dict[str, object]] = [
        {"q": "1 + 1?", "answer": "2", "working": "1 + 1 = 2."},
        {"q": "2 + 2?", "answer": "4", "working": "2 + 2 = 4."},
    ]
    assert lengths(benchmark(tmp_path, WRITES, items)).answer == len("1 + 1 = 2.")
    for item in items:
        del item["working"]
    assert lengths(benchmark(tmp_path, WRITES, items)).answer == len("2")


def test_a_sample_stands_for_all_items(tmp_path: Path) -> None:
    items: list[dict[str, object]] = [{"q": f"{n:03}", "answer": "12345"} for n in range(30)]
    own = benchmark(tmp_path, WRITES, items)
    assert lengths(own, 5).items == 30
    own = own.model_copy(update={"limit": 10})
    read, prompt = len("Q: "), len("012\nA:")
    # The prefix is read once more for each item, as it is shorter than half of the prompt.
    assert benchmark_questions("b", own, None, [], 1) == Questions(
        10, 10 * (read + prompt), 50, read + prompt + 5
    )
