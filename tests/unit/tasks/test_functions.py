"""A task's functions are known by all that they call: a helper decides scores as they do."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchprof.errors import InputError
from benchprof.tasks.functions import (
    files_imported,
    files_of_task,
    functions_named,
    identity_of,
    lm_eval_tasks,
)
from benchprof.tasks.requests import build_requests
from benchprof.tasks.source import TaskSource, load_tasks

TASK = """\
task: own
output_type: multiple_choice
doc_to_text: "{{question}}"
doc_to_choice: "{{options}}"
doc_to_target: !function utils.target
process_results: !function utils.process_results
metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]
"""
FILTER = (
    "filter_list: [{name: best, filter: [{function: custom, filter_fn: !function utils.keep}]}]\n"
)
UTILS = """\
from pathlib import Path
import sys
sys.path.insert(0, str(Path(__file__).parent))
from made import make
import bench_rule as rule

keep = make(1)

def target(doc):
    return doc["answer"]

def process_results(doc, results):
    return {"acc": score(doc, results)}

def score(doc, results):
    return rule.right(doc, results)
"""
RULE = "def right(doc, results):\n    return float(results[0][0] > results[1][0])\n"
MADE = (
    "def make(first):\n    def keep(resps, docs):\n        return resps[:first]\n    return keep\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "task"
    folder.mkdir()
    for name, text in {
        "own.yaml": TASK, "utils.py": UTILS, "bench_rule.py": RULE, "made.py": MADE
    }.items():  # fmt: skip
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def items(tmp_path: Path) -> Path:
    item = {"question": "Which?", "options": ["one", "two"], "answer": 0}
    path = tmp_path / "test.jsonl"
    path.write_text("".join(json.dumps(item | {"id": n}) + "\n" for n in range(6)))
    return path


def digest_in_a_new_process(folder: Path, items: Path) -> str:
    """As jobs compute it, each in a process of its own."""
    program = (
        "import sys; from pathlib import Path\n"
        "from benchprof.tasks.requests import build_requests\n"
        "from benchprof.tasks.source import TaskSource, load_tasks\n"
        "source = TaskSource(file=Path(sys.argv[1]), data=Path(sys.argv[2]))\n"
        "print(build_requests(load_tasks(source), 4, 1).digest)\n"
    )
    command = [sys.executable, "-c", program, str(folder / "own.yaml"), str(items)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def digest_of(folder: Path, items: Path) -> str:
    # lm-eval loads a module of one name again only where its file has another time.
    for name in ("bench_rule", "made", str(folder / "utils")):
        sys.modules.pop(name, None)
    return build_requests(load_tasks(TaskSource(file=folder / "own.yaml", data=items)), 4, 1).digest


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        # What `process_results` calls, in its file and in one beside it.
        ("utils.py", "return rule.right", "return 1 - rule.right"),
        ("bench_rule.py", ">", "<"),
    ],
)
def test_a_helper_that_is_changed_changes_the_digest(
    folder: Path, items: Path, file: str, old: str, new: str
) -> None:
    before = digest_of(folder, items)
    assert digest_of(folder, items) == before
    change(folder / file, old, new)
    assert digest_of(folder, items) != before


@pytest.mark.parametrize(
    ("file", "old", "new"), [("utils.py", "make(1)", "make(2)"), ("made.py", "[:", "[-")]
)
def test_a_filter_is_known_by_what_makes_it(
    folder: Path, items: Path, file: str, old: str, new: str
) -> None:
    """`keep` is defined in made.py; utils.py, which names it, says how many it keeps."""
    change(folder / "own.yaml", "metric_list", FILTER + "metric_list")
    before = digest_of(folder, items)
    assert digest_of(folder, items) == before
    change(folder / file, old, new)
    assert digest_of(folder, items) != before


def test_the_files_of_a_task_file_are_known_before_a_job_starts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "more.yaml").write_text("include: own.yaml\nprocess_docs: !function more.process\n")
    (folder / "more.py").write_text("def process(dataset):\n    return dataset\n")
    monkeypatch.chdir(folder.parent)
    names = ("bench_rule.py", "made.py", "more.py", "own.yaml", "utils.py")
    assert files_of_task(Path("task/more.yaml")) == [f"task/{name}" for name in names]


@pytest.mark.parametrize(
    "text",
    [
        'include: ["own.yaml", other.yaml]',
        "include:\n- other.yaml\n- 'own.yaml'",
        'include: "the own.yaml"',
        "include: {folder}/own.yaml",
        # Nested, and by another folder's file.
        "include: below/more.yaml",
        # lm-eval names a cycle when it loads the task.
        "include: [more.yaml, own.yaml]",
        "include: own.yaml\nother: &x [*x]",
        "other: !unknown {{a: 1}}\ninclude: own.yaml",
    ],
)
def test_included_files_are_found_as_yaml_says_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (folder / "more.yaml").write_text(text.format(folder=folder))
    (folder / "other.yaml").write_text("description: ''\n")
    (folder / "below").mkdir()
    (folder / "below/more.yaml").write_text("include: ../own.yaml\n")
    shutil.copy(folder / "own.yaml", folder / "the own.yaml")
    monkeypatch.chdir(folder)
    found = files_of_task(Path("more.yaml"))
    assert {"bench_rule.py", "made.py", "utils.py"} < set(found)
    assert ("other.yaml" in found) == ("other.yaml" in text)


def test_functions_are_found_as_yaml_says_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "more.yaml").write_text(
        "doc_to_text: !function 'made.make'\n"
        "filter_list: [{filter: [{filter_fn: !function 'below.rule.keep'}]}]\n"
        "# process_docs: !function utils.target\n"
    )
    (folder / "below").mkdir()
    (folder / "below/rule.py").write_text("")
    monkeypatch.chdir(folder)
    assert files_of_task(Path("more.yaml")) == ["below/rule.py", "made.py"]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("utils.py", "def target(doc:\n", r"utils\.py, line 1: .*; expected Python"),
        ("utils.py", "x = '\0'\n", r"utils\.py.*; expected Python"),
        ("own.yaml", "include: [", r"own\.yaml: not YAML"),
        ("own.yaml", "- include", r"own\.yaml: no keys; expected a lm-eval task"),
    ],
)
def test_a_faulty_file_is_said_while_jobs_are_planned(
    folder: Path, file: str, text: str, message: str
) -> None:
    (folder / file).write_text(text)
    with pytest.raises(InputError, match=message):
        files_of_task(folder / "own.yaml")


def test_a_package_imports_from_itself_by_its_name(tmp_path: Path) -> None:
    """As a project does whose folder is on Python's path."""
    package = tmp_path / "mypkg"
    for name, text in {
        "__init__.py": "",
        "scoring.py": "from mypkg.tasks.rule import right\nimport numpy\n",
        "tasks/__init__.py": "",
        "tasks/rule.py": "import mypkg.shared\n",
        "shared.py": "import other\n",
    }.items():
        (package / name).parent.mkdir(exist_ok=True, parents=True)
        (package / name).write_text(text)
    # Beside the package, but not of it.
    (tmp_path / "other.py").write_text("")
    found = files_imported(package / "scoring.py")
    names = {path.relative_to(package).as_posix() for path in found}
    assert names == {"scoring.py", "tasks/rule.py", "shared.py"}


def change(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


def test_the_digest_knows_no_folder_and_no_address(folder: Path, items: Path) -> None:
    change(folder / "own.yaml", "metric_list", FILTER + "metric_list")
    there = shutil.copytree(folder, folder.parent / "there/task")
    assert digest_in_a_new_process(folder, items) == digest_of(there, items)


def test_lm_eval_s_own_tasks_import_from_beside_them() -> None:
    own = lm_eval_tasks() / "ifeval"
    assert files_imported(own / "utils.py") == {own / f for f in (
        "utils.py", "instructions_registry.py", "instructions.py", "instructions_util.py"
    )}  # fmt: skip


def test_a_function_of_python_itself_is_known_by_its_name() -> None:
    assert identity_of(math.fsum) == {"function": "fsum", "files": []}


SCORED = """\
import re
from functools import partial

def above(doc, results, least):
    return {"acc": float(results[doc["answer"]][0] > least)}

def enclosing(least):
    def scored(doc, results):
        return above(doc, results, least)
    return scored

class Above:
    def __init__(self, least):
        self.least, self.own = [least], self
    def __call__(self, doc, results):
        return above(doc, results, *self.least)
    scored = __call__

"""


@pytest.mark.parametrize(
    ("lenient", "strict"),
    [
        ("partial(above, least=-2.0)", "partial(above, least=-0.5)"),
        ("enclosing(-2.0)", "enclosing(-0.5)"),
        ("Above(-2.0).scored", "Above(-0.5).scored"),
        ("partial(above, least=re.compile('a'))", "partial(above, least=re.compile('b'))"),
        ("lambda *own: above(*own, -2)", "lambda *own: above(*own, 0)"),
        ("Above(-2.0)", "Above(-0.5)"),
    ],
)  # fmt: skip
def test_another_function_of_the_same_file_is_another_digest(
    folder: Path, items: Path, lenient: str, strict: str
) -> None:
    """The file stays as it is: the definition names another function of it."""
    (folder / "utils.py").write_text(f"{UTILS}{SCORED}lenient = {lenient}\nstrict = {strict}\n")
    change(folder / "own.yaml", "utils.process_results", "utils.lenient")
    before = digest_of(folder, items)
    assert digest_in_a_new_process(folder, items) == before
    change(folder / "own.yaml", "utils.lenient", "utils.strict")
    assert digest_of(folder, items) != before


def test_metadata_by_which_a_task_may_score_is_in_the_digest(folder: Path, items: Path) -> None:
    before = digest_of(folder, items)
    with (folder / "own.yaml").open("a") as file:
        file.write("metadata: {least: -.inf}\n")
    assert digest_of(folder, items) != before


def test_the_names_of_functions_are_told_by_their_places(folder: Path) -> None:
    (folder / "more.yaml").write_text(f"include: own.yaml\n{FILTER}")
    assert functions_named(folder / "more.yaml") == {
        "0.filter_list.0.filter.0.filter_fn": "utils.keep",
        "1.doc_to_target": "utils.target",
        "1.process_results": "utils.process_results",
    }
