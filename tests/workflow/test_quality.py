"""The environments agree, digests hold all code, and the library knows nothing of Snakemake."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.conftest import ROOT
from tests.workflow.conftest import Project, counts_in

from benchprof.report.figure import FIGURES

LIBRARY = ROOT / "workflow/scripts"


def test_the_conda_environment_is_in_step_with_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    environment = yaml.safe_load((ROOT / "envs/benchprof.yaml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pip == project["dependencies"]
    assert f"python {project['requires-python']}" in environment["dependencies"]


def test_the_lock_pins_all_that_pyproject_wants_within_its_ranges() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    pinned: dict[str, list[str]] = {}
    lines = (ROOT / "envs/requirements.lock").read_text().splitlines()
    for number, line in enumerate(lines):
        if line[:1].isalnum():
            name, _, version = line.partition(" ")[0].partition("==")
            pinned.setdefault(canonicalize_name(name), []).append(version)
            assert lines[number + 1].strip().startswith("--hash=sha256:"), line
    for requirement in map(Requirement, wanted):
        versions = pinned[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_an_installation_takes_the_versions_of_the_lock() -> None:
    """Those of the packages that a build of torch brings are left to that build."""
    locked = (ROOT / "envs/requirements.lock").read_text().splitlines()
    pinned = [line.removesuffix(" \\") for line in locked if line[:1].isalnum()]
    brought = ("cuda-", "nvidia-", "triton==")
    constraints = (ROOT / "envs/constraints.txt").read_text().splitlines()
    assert [line for line in constraints if line[:1] != "#"] == [
        line for line in pinned if not line.startswith(brought)
    ]
    done = subprocess.run(
        ["make", "-n", "-B", ".venv/installed"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert "--constraint envs/constraints.txt" in done.stdout


def test_the_container_s_commands_plan_a_run_of_the_mounted_folder(project: Project) -> None:
    """Its folder of the project is this checkout here, and the mounted one a tiny project's."""
    text = (ROOT / "envs/Containerfile").read_text()
    (documented,) = re.findall(r"^#   podman run .* (snakemake .*)$", text, re.MULTILINE)
    (default,) = re.findall(r"^CMD (.*)$", text, re.MULTILINE)
    for words in (shlex.split(documented), json.loads(default)):
        command = [word.replace("/opt/benchprof", str(ROOT)) for word in words]
        done = subprocess.run(
            [sys.executable, "-m", *command, "-n"], cwd=project.folder, env=project.environment(),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert counts_in(done.stdout)["prepare_model"] == 1


def test_the_library_never_imports_snakemake() -> None:
    for module in (ROOT / "workflow/scripts/benchprof").rglob("*.py"):
        # Also within a function.
        text = module.read_text()
        assert not re.search(r"^\s*(?:import|from) snakemake", text, re.MULTILINE), module


def test_a_plan_needs_no_torch_and_draws_nothing() -> None:
    code = (
        "import sys; import benchprof.run.inputs; from benchprof.jobs.all import JOBS, jobs_of;"
        "from benchprof.jobs import declared; from benchprof.run.run import read_run;"
        "from pathlib import Path; run = read_run([Path('config.yaml')]);"
        "[job.code_digest for job in jobs_of(run)];"
        "sys.exit(bool({'torch', 'matplotlib', 'pandas'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        (
            ["calibration.job", "profile.job", "replication.table", "report.caveats",
             "report.manifest", "report.matrix", "report.methods", "report.page",
             "report.paper_tables", "report.summary",
             *(f"report.figures.{module}" for module in FIGURES)],
            "torch",
        ),
        (["importance.levels", "masks.job", "masks.listed", "masks.stored"],
         "transformers.modeling_utils"),
    ],
    ids=["torch", "models of transformers"],
)  # fmt: skip
def test_a_job_that_loads_no_model_does_not_wait_for_the_libraries_that_do(
    modules: Sequence[str], absent: str
) -> None:
    imported = ", ".join(f"benchprof.{module}" for module in modules)
    code = f"import sys; import {imported}; sys.exit({absent!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=LIBRARY, check=False)
    assert done.returncode == 0


def distributions_behind(requirements: Sequence[str]) -> set[str]:
    """What pip would install for some requirements, by its name: with all that those require."""
    found, waiting = set(), [Requirement(own) for own in requirements]
    while waiting:
        own = waiting.pop()
        name, extras = canonicalize_name(own.name), ["", *own.extras]
        if (name, *extras) in found:
            continue
        found.add((name, *extras))
        with contextlib.suppress(metadata.PackageNotFoundError):
            asked = map(Requirement, metadata.requires(name) or [])
            waiting += [
                more
                for more in asked
                if not more.marker or any(more.marker.evaluate({"extra": own}) for own in extras)
            ]
    return {name for name, *_ in found}
