"""The page of commands has every command, every module that is run, and every option of these."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT

from benchprof import runs
from benchprof.__main__ import COMMANDS, main

PAGE = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
SCRIPTS = ROOT / "workflow/scripts"
REPORT = ["--report", "results/snakemake_report.html", "--report-after-run"]
# The sandbox alone starts these, on what a model wrote: nobody calls them.
ISOLATED = SCRIPTS / "benchprof/sandbox/isolated"
RUN = [
    path
    for path in sorted((SCRIPTS / "benchprof").rglob("*.py"))
    if 'if __name__ == "__main__":' in path.read_text()
    and ISOLATED not in path.parents
    and path != SCRIPTS / "benchprof/__main__.py"
]


def module_of(path: Path) -> str:
    """The name after `python -m`."""
    parts = path.relative_to(SCRIPTS).with_suffix("").parts
    return ".".join(part for part in parts if part != "__main__")


@pytest.mark.parametrize("target", ["run", "archive"])
def test_make_hands_another_configuration_to_snakemake(target: str) -> None:
    def last(*variables: str) -> str:
        shown = ["make", "--dry-run", "--old-file", ".venv/installed", target, *variables]
        # `make test` runs this test, and hands on its variables and that it is a make.
        outside = {"PATH": os.environ["PATH"]}
        done = subprocess.run(
            shown, cwd=ROOT, env=outside, capture_output=True, text=True, check=True
        )
        return done.stdout.rstrip().splitlines()[-1].rstrip()

    assert last("CONFIG=a.yaml b.yaml") == f"{last()} --configfile a.yaml b.yaml"
    assert "--configfile" not in last()


@pytest.mark.parametrize("path", RUN, ids=module_of)
def test_every_module_that_is_run_is_on_the_page_with_its_options(path: Path) -> None:
    name = module_of(path)
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` | ")]
    assert len(rows) == 1, name
    assert f"python -m {name} " in f"{rows[0]} ".replace("`", " ")
    code = path.read_text()
    for option in re.findall(r'add_argument\(\s*"(--[a-z-]+)"', code):
        assert f"`{option}" in rows[0], option


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_on_the_page_with_its_options(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `benchprof {name}` | "))
    assert f".venv/bin/benchprof {name} " in row
    for words in ([name], *([name, own] for own in re.findall(r"`(\w+) ARCHIVE`", row))):
        with pytest.raises(SystemExit) as raised:
            main([*words, "--help"])
        assert raised.value.code == 0
    for option in {*re.findall(r"(--[a-z]+)", capsys.readouterr().out)} - {"--help"}:
        assert f"`{option}" in row, option


@pytest.mark.parametrize("words", [[], ["run"], ["job"], ["profile"], ["export"]])
def test_help_needs_no_torch(words: list[str]) -> None:
    """It takes seconds to import."""
    script = "import sys; sys.modules['torch'] = None; from benchprof.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *words, "--help"],
        env=os.environ | {"PYTHONPATH": str(SCRIPTS)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(" ".join(["usage: benchprof", *words]))


def test_a_package_that_an_extra_has_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "benchprof.annotation.screen", None)
    assert main(["annotate", "jane"]) == 1
    assert "pip install 'benchprof[annotation]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "before", "after"),
    [
        ([], [], REPORT),
        (["--configfile", "a.yaml", "b.yaml"], ["--configfile", "a.yaml", "b.yaml"], REPORT),
        (["--", "--forceall", "archive"], [], [*REPORT, "--forceall", "archive"]),
        # It would lack results.
        (["--", "-n", "archive"], [], ["-n", "archive"]),
    ],
)
def test_a_run_is_snakemake_with_a_report(
    given: list[str], before: list[str], after: list[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """In its own process, after the lock of a dead run is cleared."""
    monkeypatch.chdir(tmp_path)
    assert main(["run"]) == 1
    assert f"{tmp_path}/Snakefile: no such file; expected a checkout" in capsys.readouterr().err
    Path("Snakefile").touch()
    lock = Path(runs.STATE, "locks/0.input.lock")
    lock.parent.mkdir(parents=True)
    lock.touch()
    started: list[list[str]] = []

    def become(program: str, words: list[str], environment: dict[str, str]) -> None:
        assert environment == os.environ
        started.append([program, *words])
        sys.exit(3)

    monkeypatch.setattr("os.execve", become)
    monkeypatch.setenv("SNAKEMAKE_PROFILE", "elsewhere")
    with pytest.raises(SystemExit) as raised:
        main(["run", "--cores", "3", *given])
    assert raised.value.code == 3
    python = [sys.executable] * 2
    assert started == [[*python, "-m", "snakemake", *before, "--cores", "3", *after]]
    assert not lock.exists()
