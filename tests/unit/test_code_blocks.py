"""Commands of the documents call what is there, with flags that it knows, and some are run.

A block that names `OWN` in the comment above it is run here as it stands; others name the tests
that run their commands: `<!-- run by tests/FILE.py::test_name -->`, and where something is smaller
or otherwise than on the page, `<!-- run with WHAT by ... -->`. Any other block that nothing runs
has `<!-- not run here: REASON -->`. Within a list, a blank line follows the comment: else the site
puts the block into a paragraph.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from snakemake.cli import get_argument_parser
from tests.conftest import ROOT
from tests.pages import PAGES, Block, blocks, commands

from benchprof.__main__ import options_of
from benchprof.jobs.all import JOBS, TARGETS, job_of
from benchprof.run.run import read_run

SCRIPTS = ROOT / "workflow/scripts"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# Of the system, or of what a block installs.
TOOLS = {
    ".venv/bin/pip", "apt-get", "cd", "chgrp", "chmod", "cp", "git", "grep", "head", "mkdir",
    "touch",
}  # fmt: skip
# How the reason of a block ends that calls something else.
ABSENT = "not among the packages"
VERIFY = SCRIPTS / "benchprof/archive/contents.py"
OWN = "tests/unit/test_code_blocks.py::test_blocks_run_as_they_stand"
RUN = re.compile(r"run (?:with .+ )?by ((?:tests/\S+\.py::test_\w+(?:, |$))+)")


def check_options(file: Path, words: list[str]) -> None:
    """Every option is one that the file gives to a parser."""
    code = file.read_text(encoding="utf-8")
    known = set(re.findall(r'"(--[a-z][a-z-]*)"', code))
    assert {word for word in words if word.startswith("--")} <= known, words


def check_benchprof(words: list[str], page: str) -> None:
    """The command takes these arguments; what follows `--` is Snakemake's."""
    end = words.index("--") if "--" in words else len(words)
    assert options_of(words[:end]), words
    if words[end:]:
        check_snakemake(words[end + 1 :], page)


def check_python(words: list[str], body: str) -> None:
    """The module or the file is there and knows the options; a text compiles."""
    match words:
        case ["-"]:
            ast.parse(body)
        case ["-c", code]:
            ast.parse(code)
        case ["-m", "pytest", path, *rest]:
            files = (ROOT / path).rglob("*.py") if (ROOT / path).is_dir() else [ROOT / path]
            tests = re.findall(r"def (test_\w+)", "".join(file.read_text() for file in files))
            assert any(rest[-1] in name for name in tests) if rest else tests, words
        case ["-m", "benchprof", *rest]:
            check_benchprof(rest, body)
        case ["-m", name, *rest] if name.split(".")[0] in ("benchprof", "tests"):
            file = (SCRIPTS if name.startswith("benchprof") else ROOT) / name.replace(".", "/")
            file = file / "__main__.py" if file.is_dir() else file.with_suffix(".py")
            assert 'if __name__ == "__main__":' in file.read_text(encoding="utf-8"), name
            check_options(file, rest)
        case ["-m", name, *_]:
            assert importlib.util.find_spec(name), name
        case ["tests/cluster/one_host.py", _, *command]:
            check(command, "", "")
        case [name, *rest]:
            check_options(VERIFY if name.endswith(".zip") else ROOT / name, rest)
        case _:
            raise AssertionError(words)


def check_make(words: list[str], page: str) -> None:
    """Targets and variables are in the Makefile, and flags those of the target's command."""
    variables = dict(word.split("=", 1) for word in words if "=" in word)
    targets = [word for word in words if "=" not in word]
    assert targets, words
    assert all(f"$({name})" in MAKEFILE for name in variables), words
    if file := variables.get("CONFIG"):
        check_configuration(file, page)
    for target in targets:
        recipe = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
        assert recipe, target
        if flags := variables.get("FLAGS"):
            (line,) = [own for own in recipe[1].splitlines() if "$(FLAGS)" in own]
            command = line.split("python ", 1)[1].replace("$(CONFIG)", "config.yaml")
            check_python([*command.replace("$(FLAGS)", flags).split()], "")


def check_configuration(name: str, page: str) -> None:
    """The file is there, is one that the page has its reader write, or is a word in capitals."""
    assert (ROOT / name).is_file() or name.isupper() or f"`{name}`" in page, name


@functools.cache
def job_is_there(target: str, file: str) -> bool:
    """Whether a run writes a result, by the table of its jobs."""
    return bool(job_of(read_run([ROOT / file]), Path(target)))


def check_snakemake(words: list[str], page: str) -> None:
    """Snakemake knows the options, and the targets, rules and files are there."""
    given = get_argument_parser().parse_args(words)
    files = [str(file) for file in given.configfile or ()]
    for file in files:
        check_configuration(file, page)
    for profile in given.profile or ():
        assert (ROOT / profile / "config.yaml").is_file(), words
    asked = [*given.targets, *(given.until or ()), *(given.omit_from or ())]
    for target in asked:
        if target.startswith("results/"):
            assert job_is_there(target, files[0] if files else "config.yaml"), target
        else:
            assert target in {*TARGETS, *JOBS}, target


def check(words: list[str], body: str, page: str) -> None:
    """The command begins with a program that is there, and gives it what it takes."""
    match words:
        case ["make", *rest]:
            check_make(rest, page)
        case [".venv/bin/benchprof", *rest]:
            check_benchprof(rest, page)
        case [".venv/bin/snakemake" | "snakemake", *rest]:
            check_snakemake(rest, page)
        case [".venv/bin/python" | "../../.venv/bin/python" | "python" | "python3", *rest]:
            check_python(rest, body)
        case ["/usr/bin/time", "-v", *rest]:
            check(rest, body, page)
        case [tool, *_]:
            # In capitals: what the reader puts there.
            assert tool in TOOLS or tool.isupper(), words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in blocks(page, "sh"):
        for words, body in [] if block.mark.endswith(ABSENT) else commands(block.code):
            check(words, body, text)
    for block in blocks(page, "python"):
        # A block in braces is an entry of a table of the code.
        ast.parse(f"{{{block.code}}}" if block.code.startswith('"') else block.code)
    for block in blocks(page, "json"):
        json.loads(block.code)


@pytest.mark.parametrize("name", ["docs/reference/commands.md", "CONTRIBUTING.md"])
def test_the_commands_of_a_page_s_tables_are_there(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    rows = re.findall(r"\| `((?:[A-Z]+=\S+ )*(?:make|\.venv/bin/)[^`]*)` \|", page)
    assert rows
    for row in rows:
        for words, body in commands(row):
            check(words, body, page)


def runners(block: Block) -> list[str]:
    """The tests that the comment above a block names."""
    found = RUN.fullmatch(block.mark)
    return found[1].split(", ") if found else []


def test_every_test_that_runs_a_block_is_there() -> None:
    named = {test for page in PAGES for block in blocks(page) for test in runners(block)}
    assert OWN in named
    for test in named:
        file, _, name = test.partition("::")
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8"), test


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what a clone has, whose .venv runs this interpreter with this library."""
    for name in ("Snakefile", "profiles", "workflow", "resources", "config", "config.yaml"):
        (tmp_path / name).symlink_to(ROOT / name)
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    for name, module in (
        ("python", ""),
        ("snakemake", "-m snakemake"),
        ("benchprof", "-m benchprof"),
    ):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
        (programs / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(OWN in runners(block) for block in blocks(page))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_blocks_run_as_they_stand(page: Path, checkout: Path) -> None:
    """One after the other: a later one may need what an earlier one writes."""
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS), "XDG_CACHE_HOME": str(checkout)}
    for block in blocks(page):
        if OWN in runners(block):
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block.code], cwd=checkout, env=environment,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, block.code + done.stdout[-3000:] + done.stderr[-3000:]
