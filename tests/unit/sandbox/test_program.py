"""Programs from completions, and the real items' reference solutions where they are at hand."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import lm_eval.tasks
import pytest
from tests.conftest import byte_tokenizer
from tests.evaluating import evaluate_benchmark

from benchprof.errors import InputError
from benchprof.evaluation import assignment, job, questions
from benchprof.evaluation.record import EVALUATIONS, FORMAT, make_record, record_bytes
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.card import Card
from benchprof.sandbox.program import make_program, program_verdicts
from benchprof.sandbox.sandbox import Program, Sandbox, Verdict
from benchprof.store import Store
from benchprof.tasks.benchmark import ShippedBenchmark
from benchprof.tasks.requests import build_requests
from benchprof.tasks.source import TaskSource, load_tasks, task_source


def program_scores(
    documents: Sequence[dict[str, Any]], completions: Sequence[str], sandbox: Sandbox
) -> list[float]:
    return [verdict.score for verdict in program_verdicts(documents, completions, sandbox)]


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
    if "BENCHPROF_BENCHMARKS" not in os.environ:
        pytest.skip("BENCHPROF_BENCHMARKS, a folder of benchmark items, is not set")
    file = Path(os.environ["BENCHPROF_BENCHMARKS"], f"{name}.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


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


# Of the shape of items whose setup is made of the program's own objects.
CHAIN = MBPP | {
    "test_setup_code": "import math\nhead = Link(1)\nhead.name = 'head'\n"
    "head.next = Link(math.floor(2.5))",
    "test_list": ["assert length(head) == 1", "assert head.next"],
}
LINK = "class Link:\n    def __init__(self, value):\n        self.value, self.next = value, None\n"


def test_a_setup_that_uses_the_program_comes_with_the_tests(sandbox: Sandbox) -> None:
    program = make_program(CHAIN, "")
    assert (program.setup, program.names) == ("", ("Link", "length"))
    right = LINK + "def length(link):\n    return 1 if link.next is None else 2\n"
    failing = ["", LINK, right.replace("class Link", "class Other"), right + "Link = 3\n"]
    failing.append(right.replace("self.value, self.next = value, None", "raise MemoryError"))
    verdicts = program_scores([CHAIN] * 6, [right, *failing], sandbox)
    assert verdicts == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["max", "queue"])
@pytest.mark.parametrize("solved", [True, False])
def test_a_name_of_pythons_that_is_tested_is_the_programs(
    sandbox: Sandbox, name: str, solved: bool
) -> None:
    text = f"def {name}(a, b):\n    return a * b\n"
    solution = {"code": text.replace("a * b", "b * a")} if solved else {}
    item = MBPP | {"test_list": [f"assert {name}(3, 4) == 12"]} | solution
    assert make_program(item, text).names == (name,)
    assert make_program(item, text).setup == ""
    completions = [text, text.replace("*", "+"), f"import {name}" if name == "queue" else ""]
    assert program_scores([item] * 3, completions, sandbox) == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("solution", [{}, {"code": "def add(a, b): ..."}, {"code": ""}])
def test_a_program_cannot_redefine_what_tests_use(
    sandbox: Sandbox, solution: dict[str, str]
) -> None:
    tests = ["assert set(add(1, 2)) == set([3])", "assert sorted(add(1, 2)) == sorted([3])"]
    item = MBPP | {"test_list": tests} | solution
    fake = "def add(a, b):\n    return [0]\ndef set(values):\n    return 0\nsorted = set\n"
    assert program_scores([item], [fake], sandbox) == [0.0]
    right = "def add(a, b):\n    return [a + b]\nsorted = None\n"
    assert program_scores([item], [right], sandbox) == [1.0]


@pytest.mark.parametrize("line", ["    sum = 1\n", "import sum\n", "sum == 1\n", "sum(1)\n"])
def test_what_no_line_of_the_top_level_defines_is_pythons(line: str) -> None:
    item = MBPP | {"test_list": ["assert sum([1]) == add(0, 1)"], "code": line}
    assert make_program(item, "").names == ("add",)


def test_which_of_pythons_names_is_tested_is_asked_for() -> None:
    """Without a solution nothing says which of them the program is to define."""
    item = MBPP | {"test_list": ["assert set(sum([1], [2])) == set([1, 2])"]}
    with pytest.raises(InputError, match=r"document 11, test_list: .*set, sum;.*`code`"):
        make_program(item, "def sum(a, b):\n    return a + b\n")
    assert make_program(item | {"code": "def sum(a, b):\n    return a + b"}, "").names == ("sum",)
    with pytest.raises(InputError, match="tests that call what the program defines"):
        make_program(item | {"code": "def add(a, b):\n    return a + b"}, "")


def test_documents_of_no_known_form_are_named() -> None:
    with pytest.raises(InputError, match="the fields question, answer"):
        make_program({"question": "", "answer": ""}, "")
    with pytest.raises(InputError, match="document 11, test_setup_code: not Python"):
        make_program(MBPP | {"test_setup_code": "("}, "")
    with pytest.raises(InputError, match="document HumanEval/0, test: not Python"):
        make_program(HUMANEVAL | {"test": "def check(candidate):"}, "")


class Job:
    """A job on MBPP's items that ends where the model would be loaded."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data = tmp_path / "mbpp.jsonl"
        self.store = tmp_path / "store"
        self.origins: list[dict[str, Any]] = []
        self.unsafe: list[bool] = []
        card = Card("digest", {}, {}, {}, 1, {})
        monkeypatch.setattr(assignment, "read_card", lambda folder: card)  # noqa: ARG005
        batch = {"device": "cpu", "tokens": 4096}
        monkeypatch.setattr(assignment, "shared_batch", lambda *_: batch)
        for module in (assignment, questions):
            monkeypatch.setattr(module, "load_tokenizer", lambda _: byte_tokenizer(chat=True))
        monkeypatch.setattr(job, "_compute", self._compute)

    def run(self, item: dict[str, Any], unsafe: bool = False, chat: bool = False) -> None:
        self.data.write_text(json.dumps(item | {"code": ""}) + "\n")
        benchmark = ShippedBenchmark(benchmark="mbpp", fewshot=0)
        evaluate_benchmark(
            ModelSettings(self.data.parent, "float32", "cpu", chat_template=chat),
            task_source(benchmark, local_files={"data": self.data}),
            None,
            1,
            {},
            "zero",
            {"intact": self.data.parent / "intact.json"},
            Store(self.store),
            unsafe,
            self._open_sandbox,
        )

    def _open_sandbox(self, unsafe: bool) -> Any:
        self.unsafe.append(unsafe)

    def _compute(self, *arguments: Any) -> list[Any]:
        _, (asked,), *_, store, _ = arguments
        origin = asked.origins["intact"]
        self.origins.append(origin)
        content = record_bytes({"format": FORMAT, "origin": origin})
        store.add_bytes(EVALUATIONS, asked.keys["intact"], content)
        return [asked]


@pytest.fixture
def mbpp_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    return Job(tmp_path, monkeypatch)


PAIRED = MBPP | {"test_list": [*MBPP["test_list"], "assert add"]}


def test_faulty_tests_end_a_job_before_the_model_is_loaded(mbpp_job: Job) -> None:
    with pytest.raises(InputError, match="document 11, test_list: not Python"):
        mbpp_job.run(MBPP | {"test_list": ["assert add(1, 2) == 3", "", "assert add("]})
    assert not mbpp_job.origins


def test_the_store_knows_how_programs_were_run(mbpp_job: Job) -> None:
    for unsafe in (False, True, False):
        mbpp_job.run(PAIRED, unsafe)
    assert mbpp_job.unsafe == [False, True]
    python = ".".join(platform.python_version_tuple()[:2])
    programs = [origin.pop("programs") for origin in mbpp_job.origins]
    assert programs == [{"sandbox": sandboxed, "python": python} for sandboxed in (True, False)]
    assert mbpp_job.origins[0] == mbpp_job.origins[1]


def test_a_chat_template_with_programs_is_warned_of(
    mbpp_job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    mbpp_job.run(PAIRED)
    assert assignment.CHAT_PROGRAMS not in caplog.text
    mbpp_job.run(PAIRED, chat=True)
    assert assignment.CHAT_PROGRAMS in caplog.text


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
    source = task_source(ShippedBenchmark(benchmark=name), local_files={"data": data})
    assert source.runs_programs
    requests = build_requests(load_tasks(source), None, 1)
    assert [i.request_type for i in requests.instances] == ["generate_until"] * 2
    assert until in requests.instances[0].args[1]["until"]
    record = make_record(requests, completions, {}, sandbox)
    assert record["scores"] == {"pass@1": 0.5}
    assert record["items"]["scores"] == {"pass@1": [1.0, 0.0]}
    assert json.loads(record_bytes(record))["items"]["verdicts"] == ["passed", "failed"]


def test_what_the_clock_ended_is_marked_and_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    class Clock:
        def run_all(self, programs: Iterable[Program]) -> list[Verdict]:
            assert len(list(programs)) == 3
            return [Verdict.STALLED, Verdict.PASSED, Verdict.TIMED_OUT]

    verdicts = program_verdicts([MBPP] * 3, [""] * 3, cast("Sandbox", Clock()))
    assert [(str(verdict), verdict.score) for verdict in verdicts] == [
        ("stalled", 0.0),
        ("passed", 1.0),
        ("timed out", 0.0),
    ]
    assert "ended 1 of 3 programs" in caplog.text


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
