"""What this module knows of lm-eval's tasks is what these say: which choices are contexts, and
filters.
"""

from __future__ import annotations

import json
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from types import ModuleType
from typing import Any

import lm_eval.tasks
import pytest
from lm_eval.filters.extraction import RegexFilter
from lm_eval.tasks._yaml_loader import load_yaml
from tests.records import record_of

from benchprof.profile.format_likelihood import CONTEXT_TASKS, PARSERS, WHOLE_PROGRAMS, Measure
from benchprof.sandbox.program import make_program
from benchprof.tasks.definition import program_benchmarks, read_definition
from benchprof.tasks.requests import build_requests
from benchprof.tasks.source import TaskSource, load_tasks

TASKS = Path(lm_eval.tasks.__file__).parent
SENTENCE = {"sentence": "The cup broke since the _ was hard.", "option1": "cup",
            "option2": "floor", "answer": "2"}  # fmt: skip
SHOT = {"idx": 1, "prompt": "It was hot, so the _ melted.", "option1": "ice", "option2": "pan",
        "answer": "1"}  # fmt: skip
META = SENTENCE | {"allfiveshot_longprompt": ""} | {
    f"winogrande_{name}_shot_{shot}": value for name, value in SHOT.items() for shot in range(1, 6)
}  # fmt: skip
WSC = {"text": "The cup broke since it was hard.", "pronoun_loc": 20, "pronoun": "it",
       "options": ["The cup", "The floor"], "label": 1, "quote": ""}  # fmt: skip
QUESTION = {"id": "1", "question": "What breaks?", "answerKey": "A",
            "choices": {"text": ["cups", "floors"], "label": ["A", "B"]}}  # fmt: skip


CASES = [
    ("winogrande/default.yaml", SENTENCE),
    ("metabench/metabench_winogrande.yaml", META),
    ("tinyBenchmarks/tinyWinogrande.yaml", SENTENCE),
    ("icelandic_winogrande/default.yaml", SENTENCE),
    ("aradice/winogrande/winogrande_eng.yaml", SENTENCE),
    ("xwinograd/xwinograd_en.yaml", SENTENCE),
    ("wsc273/default.yaml", WSC),
    ("arc/arc_easy.yaml", QUESTION),
]


@pytest.mark.parametrize(("file", "item"), CASES)
def test_choices_are_contexts_where_the_contexts_of_an_item_differ(
    file: str, item: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A package on GitHub alone, which estimates a mean over items.
    monkeypatch.setitem(sys.modules, "tinyBenchmarks", ModuleType("tinyBenchmarks"))
    data = tmp_path / "items.jsonl"
    data.write_text(json.dumps(item) + "\n")
    (document,) = build_requests(
        load_tasks(TaskSource(file=TASKS / file, data=data, fewshot=0)), None, 1
    ).documents
    contexts = {instance.args[0] for instance in document.instances}
    name = str(document.task.config.task)
    known = any(fnmatchcase(name, own) for own in CONTEXT_TASKS)
    assert known is (len(contexts) > 1), name


def test_every_pattern_has_a_task_above() -> None:
    names = [load_yaml(TASKS / file, resolve_func=False)["task"] for file, _ in CASES]
    for own in CONTEXT_TASKS:
        assert any(fnmatchcase(name, own) for name in names), own


@pytest.mark.parametrize(("task", "filtering", "pattern"), PARSERS)
def test_answers_are_parsed_by_the_task_s_own_pattern(
    task: str, filtering: str, pattern: str
) -> None:
    files = {"gsm8k": "gsm8k/gsm8k.yaml", "bbh_cot_fewshot_*": "bbh/cot_fewshot/navigate.yaml"}
    config = load_yaml(TASKS / files[task], resolve_func=False)
    assert fnmatchcase(config["task"], task)
    (own,) = [f["filter"][0] for f in config["filter_list"] if f["name"] == filtering]
    assert own["regex_pattern"] == pattern
    theirs = RegexFilter(pattern, own.get("group_select", 0))
    texts = ["#### 42", "#### x", "so the answer is (A).", "the answer is ", "7", "nothing", ""]
    (given,) = theirs.apply([texts], [{}])
    record = record_of([[text] for text in texts])
    marked = [float(answer == "[invalid]") for answer in given]
    assert Measure("share", pattern).of(record).tolist() == marked


PROGRAMS = {
    "mbpp": {"task_id": 11, "test_list": ["assert one() == 1"]},
    "humaneval": {"task_id": "HumanEval/0", "entry_point": "one", "test": "def check(f):\n    pass",
                  "prompt": 'def one():\n    """1"""\n'},
}  # fmt: skip


@pytest.mark.parametrize("benchmark", program_benchmarks())
def test_a_program_is_whole_where_the_model_writes_all_of_it(benchmark: str) -> None:
    task = read_definition(benchmark, "benchmark").task
    program = make_program(PROGRAMS[task], "    return 1")
    assert (task in WHOLE_PROGRAMS) is (program.text == "    return 1")
