"""The page of commands has every target, every module that is run, and every option of these."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.conftest import ROOT

PAGE = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
SCRIPTS = ROOT / "workflow/scripts"
# The sandbox alone starts these, on what a model wrote: nobody calls them.
ISOLATED = SCRIPTS / "benchprof/sandbox/isolated"
RUN = [
    path
    for path in sorted((SCRIPTS / "benchprof").rglob("*.py"))
    if 'if __name__ == "__main__":' in path.read_text() and ISOLATED not in path.parents
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
