"""The examples of docs/how_to/library.md run as they stand there, over the tiny project's run."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.conftest import ROOT
from tests.workflow.conftest import Project

PAGE = (ROOT / "docs/how_to/library.md").read_text(encoding="utf-8")
NAMES = {
    "MODEL": "tiny",
    "ABILITY": "colours",
    "BENCHMARK": "colours_test",
    "SELECTION": "contrastive",
    "MASK_FRACTION": "0.01",
    "ITEMS": "items/colours",
}
"""In place of the page's first block, which says the names of the default run."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_examples_run(
    finished: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = finished.copy(tmp_path / "copy")
    monkeypatch.chdir(project.folder)
    names, *examples = blocks("python")
    assigned = [node.id for node in ast.walk(ast.parse(names))
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]  # fmt: skip
    assert set(assigned) == set(NAMES)
    session: dict[str, Any] = dict(NAMES)
    for example in examples:
        exec(compile(example, "docs/how_to/library.md", "exec"), session)
    # What the session computed by itself is what the run did, which may take other products.
    matrix = session["matrix"]
    for metric, column in (("intact", "intact"), ("without", "ablated")):
        own = session[metric]["probability"]
        shown = matrix.grid(column).loc["colours_test", "colours"]
        assert sum(own) / len(own) == pytest.approx(shown, rel=1e-6)


def test_the_command_runs_one_job(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    impact = project.folder / "results/profiles/impact.parquet"
    before = pd.read_parquet(impact)
    impact.unlink()
    (line,) = blocks("sh")
    _, *arguments = shlex.split(line)
    done = subprocess.run(
        [sys.executable, "-m", "benchprof", *arguments],
        cwd=project.folder, env=project.environment(),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    pd.testing.assert_frame_equal(pd.read_parquet(impact), before)
