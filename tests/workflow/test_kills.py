"""kill -9 at random moments of a whole run loses nothing: the tables end up the same, to the byte.

BENCHPROF_KILLED_RUNS is the number of runs, each killed four times (`make test-faults`: 5); without
it one run is killed twice, up to its tables.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from tests.workflow.conftest import Project, make_project

THOROUGH = "BENCHPROF_KILLED_RUNS" in os.environ
RUNS = int(os.environ.get("BENCHPROF_KILLED_RUNS", "1"))
# Each costs a restart, which is a fifth of the whole run.
KILLS = 4 if THOROUGH else 2
IMPACT = "results/profiles/impact.csv"
# Of what is made after the tables only the summary is compared.
TARGETS = () if THOROUGH else (IMPACT,)
LAST = "results/manifest.json" if THOROUGH else IMPACT
RESTART = 8
"""Seconds of a restart before it is where it was: Snakemake's start, a job's imports."""
SAME = (
    "profiles/*.csv",
    "profiles/*.parquet",
    "masks/tiny/*/*",
    "importance/tiny/*",
    *(["summary.txt"] if THOROUGH else []),
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
    """How long the undisturbed run took to get as far."""
    start = (project.folder / ".snakemake/benchprof_owner.json").stat().st_mtime
    return (project.folder / LAST).stat().st_mtime - start


def run_and_kill(project: Project, after: float) -> bool:
    """Whether the run was still going when it was to be killed."""
    run = subprocess.Popen(
        project.command(*TARGETS), cwd=project.folder, env=project.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        run.wait(after)
        met = False
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        met = True
    # As `make run` does.
    subprocess.run([sys.executable, "-m", "benchprof.runs"], cwd=project.folder, check=True)
    return met


def killed(folder: Path, moment: random.Random, seconds: float) -> Project:
    """A project whose run met all kills; where it ended before, the next one is killed earlier."""
    while True:
        project = make_project(folder / f"killed_within_{seconds}_seconds")
        moments = sorted(moment.uniform(0, seconds) for _ in range(KILLS))
        spans = [later - sooner for sooner, later in pairwise([0, *moments])]
        # What is done by then is not done again, but for what a restart costs.
        if all(run_and_kill(project, span + RESTART * (n > 0)) for n, span in enumerate(spans)):
            return project
        seconds /= 2


@pytest.mark.parametrize("seed", range(RUNS))
def test_a_killed_run_ends_with_the_same_tables(
    finished: Project, tmp_path: Path, seed: int
) -> None:
    expected = results_of(finished)
    assert {"profiles/impact.csv", "profiles/similarity.parquet"} <= set(expected)
    assert ("summary.txt" in expected) == THOROUGH
    assert sum(name.endswith(".safetensors") for name in expected) == 4 + 2
    project = killed(tmp_path, random.Random(seed), seconds_of(finished))
    project.run(*TARGETS)
    assert results_of(project) == expected
