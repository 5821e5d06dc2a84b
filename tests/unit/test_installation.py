"""An installation without the checkout: the library finds all that it reads."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import ROOT

RESOURCES = ("resources/abilities", "resources/models")
# What an installed library is asked for, far from any checkout.
SCRIPT = """
from pathlib import Path
import benchprof
from benchprof.annotation.screen import read_study
from benchprof.data import ARCHITECTURES, TASKS
from benchprof.errors import InputError
from benchprof.tasks.definition import definition_path, program_benchmarks, read_definition
from benchprof.sandbox.sandbox import FOLDER
from benchprof.report.references import known_entries
from benchprof.run.run import Run, read_run

print(benchprof.__file__)
assert read_definition("mmlu", "test").fewshot == 5
assert program_benchmarks() == ["humaneval", "mbpp"]
assert definition_path("mmlu").with_name("wheels.json").is_file()
read_run([Path({config!r})])
try:
    Run.of({{}})
except InputError:
    pass
else:
    raise AssertionError("an empty configuration passed")
assert sorted(p.stem for p in TASKS.iterdir()) == [
    "ability_counterfactual", "ability_items", "ability_uninformative"
]
assert list(ARCHITECTURES.glob("*Llama-3.1-8B*.json"))
assert (FOLDER / "confinement.py").is_file()
assert known_entries()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `pip install .` installs of a copy, so that the checkout stays clean."""
    folder = tmp_path_factory.mktemp("installation")
    (folder / "copy").mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy2(ROOT / name, folder / "copy")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("workflow", *RESOURCES):
        shutil.copytree(ROOT / name, folder / "copy" / name, ignore=ignored)
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--no-cache-dir"]
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *offline]
    target = folder / "packages"
    done = subprocess.run(
        [*pip, "--target", str(target), str(folder / "copy")], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return target


def test_the_installed_library_finds_its_data(installed: Path, tmp_path: Path) -> None:
    script = SCRIPT.format(config=str(ROOT / "tests/config.yaml"))
    # Its own packages first: an editable installation of the checkout comes after them.
    start = f"import sys; sys.path.insert(0, {str(installed)!r})"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"{start}{script}"], cwd=tmp_path, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))


def test_a_file_of_questions_is_profiled_without_a_checkout(
    installed: Path, tiny_folder: Path, tmp_path: Path
) -> None:
    question = {"question": "Where?", "options": ["here", "there"], "answer": 0}
    lines = [json.dumps(question | {"question": f"Where is {own}?"}) for own in range(3)]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines))
    start = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); from benchprof.__main__ import main"
    )
    options = ["--model", tiny_folder.name, "--train", "1", "--output", "shares.csv"]
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"{start}; sys.exit(main())", "profile", "questions.jsonl",
         *options], cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = set(pd.read_csv(tmp_path / "shares.csv")["ability"])
    abilities = {path.name for path in (ROOT / "resources/abilities/v3").glob("*_*/")}
    assert found >= abilities and len(abilities) == 10


def test_every_file_beside_the_code_is_installed(installed: Path) -> None:
    """A new kind of data file is not forgotten, nor the shipped sets and models."""
    library = ROOT / "workflow/scripts/benchprof"
    wanted = {
        path.relative_to(library)
        for path in library.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for name in RESOURCES:
        wanted |= {
            Path("data", path.relative_to(ROOT / "resources"))
            for path in (ROOT / name).rglob("*")
            if path.is_file()
        }
    found = {
        path.relative_to(installed / "benchprof")
        for path in (installed / "benchprof").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert found == wanted
