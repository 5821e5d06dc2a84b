"""kill -9 at random moments of a whole run loses nothing: the tables end up the same, to the byte.

BENCHPROF_KILLED_RUNS is the number of runs, each killed twice (`make test-faults`: 10).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.workflow.conftest import Project, make_project

RUNS = int(os.environ.get("BENCHPROF_KILLED_RUNS", "1"))
SAME = (
    "profiles/*.csv",
    "profiles/*.parquet",
    "masks/tiny/*/*",
    "importance/tiny/*",
    "summary.txt",
)


def results_of(project: Project) -> dict[str, bytes]:
    """What must not depend on how often the run was killed: records say when they were made."""
    results = project.folder / "results"
    return {
        str(path.relative_to(results)): path.read_bytes()
        for pattern in SAME
        for path in results.glob(pattern)
    }


def seconds_of(project: Project) -> float:
    """How long the undisturbed run took."""
    start = (project.folder / ".snakemake/benchprof_owner.json").stat().st_mtime
    return (project.folder / "results/manifest.json").stat().st_mtime - start


def run_and_kill(project: Project, after: float) -> None:
    run = subprocess.Popen(
        project.command(), cwd=project.folder, env=project.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        run.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    # As `make run` does.
    subprocess.run([sys.executable, "-m", "benchprof.runs"], cwd=project.folder, check=True)


@pytest.mark.parametrize("seed", range(RUNS))
def test_a_killed_run_ends_with_the_same_tables(
    finished: Project, tmp_path: Path, seed: int
) -> None:
    expected = results_of(finished)
    assert {"profiles/impact.csv", "profiles/similarity.parquet", "summary.txt"} <= set(expected)
    assert sum(name.endswith(".safetensors") for name in expected) == 4 + 2
    moment = random.Random(seed)
    project = make_project(tmp_path / "killed")
    for _ in range(2):
        run_and_kill(project, moment.uniform(0, seconds_of(finished)))
    project.run()
    assert results_of(project) == expected
