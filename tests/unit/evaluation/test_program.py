"""Programs from completions, and the real items' reference solutions where they are at hand."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import lm_eval.tasks
import pytest

from benchprof.errors import InputError
from benchprof.evaluation.program import make_program, program_scores
from benchprof.evaluation.record import make_record
from benchprof.evaluation.requests import build_requests
from benchprof.evaluation.sandbox import Sandbox
from benchprof.evaluation.tasks import TaskSource, load_tasks, task_source

HUMANEVAL = {
    "task_id": "HumanEval/0",
    "prompt": 'import math\n\ndef half(x):\n    """Half."""\n\n'
    'def whole(x):\n    """Round down."""\n',
    "entry_point": "whole",
    "test": "def check(candidate):\n    assert candidate(2.5) == math.floor(2.5) == whole(2.1)\n",
}
MBPP = {
    "task_id": 11,
    "text": "Write a function to add.",
    "test_list": ["assert add(1, 2) == 3", "assert math.isclose(add(0.1, 0.2), 0.3)"],
    "test_setup_code": "",
}


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")
    return Sandbox(parallel=2)


def real_items(name: str) -> list[dict[str, Any]]:
    folder = os.environ.get("BENCHPROF_BENCHMARKS")
    if folder is None:
        pytest.skip(f"BENCHPROF_BENCHMARKS names no folder with {name}.jsonl")
    return [json.loads(line) for line in Path(folder, f"{name}.jsonl").read_text().splitlines()]


def test_humaneval_completes_its_prompt(sandbox: Sandbox) -> None:
    completions = ["    return math.floor(x)\n", "    return x\n", "    return math.floor(x\n"]
    assert program_scores([HUMANEVAL] * 3, completions, sandbox) == [1.0, 0.0, 0.0]


def test_humaneval_tests_take_helpers_from_the_prompt(sandbox: Sandbox) -> None:
    """A program that redefines what its tests use would make them say what it likes."""
    fake = "    return 0\nclass math:\n    floor = lambda x: 0\nwhole = lambda x: 0\n"
    assert program_scores([HUMANEVAL], [fake], sandbox) == [0.0]


def test_mbpp_is_the_completion(sandbox: Sandbox) -> None:
    completions = ["def add(a, b):\r\n\treturn a + b\r\n", "def add(a, b):\n    return 3\n", ""]
    assert program_scores([MBPP] * 3, completions, sandbox) == [1.0, 0.0, 0.0]


def test_tests_take_from_the_program_what_they_do_not_define() -> None:
    tests = ["assert f(P(1), [x for x in [1]]) == sorted(y)", "import re", "assert re.sub"]
    program = make_program(MBPP | {"test_list": tests, "test_setup_code": "y = 1"}, "")
    assert program.names == ("P", "f")
    assert make_program(MBPP, "").names == ("add",)
    assert make_program(MBPP, "").setup == "import math\n"


def test_documents_of_no_known_form_are_named() -> None:
    with pytest.raises(InputError, match="the fields question, answer"):
        make_program({"question": "", "answer": ""}, "")
    with pytest.raises(InputError, match="document 11, test_list: not Python"):
        make_program(MBPP | {"test_list": ["assert add("]}, "")


@pytest.mark.parametrize(
    ("name", "item", "completions", "until"),
    [
        ("humaneval", HUMANEVAL, ["    return math.floor(x)\n", "    return x\n"], "\ndef"),
        ("mbpp", MBPP, ["def add(a, b):\n    return a + b\n", "def add(a, b): pass"], "[DONE]"),
    ],
)
def test_a_shipped_benchmark_is_scored_by_its_programs(
    sandbox: Sandbox,
    tmp_path: Path,
    name: str,
    item: dict[str, Any],
    completions: list[str],
    until: str,
) -> None:
    data = tmp_path / f"{name}.jsonl"
    items = [item | {"canonical_solution": "", "code": "", "task_id": n} for n in range(2)]
    lines = [i | {"test_list": [*i["test_list"], "assert add"]} for i in items if name == "mbpp"]
    data.write_text("".join(json.dumps(line) + "\n" for line in lines or items))
    source = task_source({"benchmark": name}, None, local_files={"data": data})
    assert source.runs_programs
    requests = build_requests(load_tasks(source), None, 1)
    assert [i.request_type for i in requests.instances] == ["generate_until"] * 2
    assert until in requests.instances[0].args[1]["until"]
    record = make_record(requests, completions, {}, sandbox)
    assert record["scores"] == {"pass@1": 0.5}
    assert record["items"]["scores"] == {"pass@1": [1.0, 0.0]}


@pytest.mark.parametrize("name", ["humaneval", "mbpp_instruct", "humaneval_infilling"])
def test_lm_eval_never_runs_programs_itself(name: str) -> None:
    with pytest.raises(InputError, match=r"without a sandbox.*`benchmark: humaneval` or"):
        load_tasks(TaskSource(task=name))


def test_nor_does_a_task_file_that_includes_its_own(tmp_path: Path) -> None:
    theirs = Path(lm_eval.tasks.__file__).parent / "mbpp/mbpp.yaml"
    file = tmp_path / "own.yaml"
    file.write_text(f"include: {theirs}\ntask: own\n")
    with pytest.raises(InputError, match="'own': lm-eval would run the programs"):
        load_tasks(TaskSource(file=file))


@pytest.mark.parametrize(
    ("name", "solution", "least"), [("humaneval", "canonical_solution", 164), ("mbpp", "code", 299)]
)
def test_reference_solutions_pass(sandbox: Sandbox, name: str, solution: str, least: int) -> None:
    items = real_items(name)
    scores = program_scores(items, [item[solution] for item in items], sandbox)
    assert len(scores) >= least
    assert sum(scores) >= least


@pytest.mark.parametrize("name", ["humaneval", "mbpp"])
def test_no_solution_passes_no_item(sandbox: Sandbox, name: str) -> None:
    items = real_items(name)[:40]
    assert sum(program_scores(items, ["    pass\n"] * len(items), sandbox)) == 0
