"""The tiny project as a checkout would have it, and a one-host Slurm to run it on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.cluster.one_host import Slurm, missing_programs, running
from tests.conftest import ROOT
from tests.workflow.conftest import Project, make_project


@dataclass(frozen=True)
class Checkout(Project):
    """The tiny project beside the workflow's own files, so that every path is as documented."""

    slurm: Slurm = field(kw_only=True)

    def command(self, *arguments: str) -> list[str]:
        """`snakemake --profile slurm`, and nothing but what makes the tests quick."""
        quick = ["--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "5"]
        start = [sys.executable, "-m", "snakemake", "--profile", "slurm", *quick]
        # Two cores do the work of the sixteen that the node claims to have.
        return [*start, "--max-threads", "1", *arguments]

    def environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{self.slurm.environment['PATH']}"
        return super().environment() | self.slurm.environment | {"PATH": path}

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            return subprocess.Popen(
                self.command(*arguments), cwd=self.folder, env=self.environment(),
                stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def jobs(self, rule: str) -> list[dict[str, str]]:
        """What Slurm knows of a rule's jobs, in the order of submission."""
        found = []
        for line in self.slurm.ask("scontrol", "show", "job", "--oneliner").splitlines():
            job = dict(word.split("=", 1) for word in line.split() if "=" in word)
            own = job.get("WorkDir") == str(self.folder)
            if own and job.get("Comment", "").startswith(f"rule_{rule}"):
                found.append(job)
        return sorted(found, key=lambda job: int(job["JobId"]))


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    if missing := missing_programs():
        packages = "apt-get install slurmctld slurmd slurm-client munge"
        pytest.skip(f"no Slurm on this machine ({', '.join(missing)} missing): {packages}")
    with running(tmp_path_factory.mktemp("slurm")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, slurm: Slurm) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("checkout"), slurm)


def make_checkout(folder: Path, slurm: Slurm) -> Checkout:
    for name in ("Snakefile", "profiles", "workflow", "slurm", "resources"):
        (folder / name).symlink_to(ROOT / name)
    return Checkout(make_project(folder).folder, slurm=slurm)
