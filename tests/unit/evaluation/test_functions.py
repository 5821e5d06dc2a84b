"""A task's functions are known by all that they call: a helper decides scores as they do."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchprof.evaluation.functions import TASKS, files_imported, files_of_task, identity_of
from benchprof.evaluation.requests import build_requests
from benchprof.evaluation.tasks import TaskSource, load_tasks

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
def items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    item = {"question": "Which?", "options": ["one", "two"], "answer": 0}
    path = tmp_path / "test.jsonl"
    path.write_text("".join(json.dumps(item | {"id": n}) + "\n" for n in range(6)))
    return path


def digest_in_a_new_process(folder: Path, items: Path) -> str:
    """As jobs compute it, each in a process of its own."""
    program = (
        "import sys; from pathlib import Path\n"
        "from benchprof.evaluation.requests import build_requests\n"
        "from benchprof.evaluation.tasks import TaskSource, load_tasks\n"
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


def change(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


def test_the_digest_knows_no_folder_and_no_address(folder: Path, items: Path) -> None:
    change(folder / "own.yaml", "metric_list", FILTER + "metric_list")
    there = shutil.copytree(folder, folder.parent / "there/task")
    assert digest_in_a_new_process(folder, items) == digest_of(there, items)


def test_lm_eval_s_own_tasks_import_from_beside_them() -> None:
    own = TASKS / "ifeval"
    assert files_imported(own / "utils.py") == {own / f for f in (
        "utils.py", "instructions_registry.py", "instructions.py", "instructions_util.py"
    )}  # fmt: skip


def test_a_function_of_python_itself_is_known_by_its_name() -> None:
    assert identity_of(math.fsum) == {"function": "fsum", "files": []}
