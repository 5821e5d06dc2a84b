"""A run of the workflow by the code of one checkout, in a folder with its own store."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from tests.golden.checkouts import ROOT, snakefile_of

from benchprof.errors import InputError

TAIL = 40
"""How many lines of a failed run are shown."""


@dataclass(frozen=True)
class Configuration:
    """What both commits run.

    Attributes:
        name: of the run, as it is shown.
        project: a folder that is copied, with a config.yaml; None to make one for each commit.
        file: the configuration; a relative path is each commit's own file, an absolute one is the
            same for both. Its data come from `resources` and `workflow` of each commit.
    """

    name: str
    project: Path | None = None
    file: Path | None = None


def make_tiny_project(folder: Path) -> None:
    """Make the tiny project with the code of this checkout, whose commit is not compared."""
    command = [sys.executable, "-m", "tests.golden.tiny", str(folder)]
    _checked(subprocess.run(
        command, cwd=ROOT, env=_environment(ROOT), text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False,
    ), "the tiny project")  # fmt: skip


def run(
    configuration: Configuration, checkout: Path, folder: Path, targets: Sequence[str], cores: int
) -> Path:
    """Run the workflow of a checkout in a new folder; the folder of its results.

    Raises:
        InputError: there is no such configuration, the interpreter would take the library of
            another checkout, or the run failed.
    """
    usual = _prepare(configuration, checkout, folder)
    wanted = targets or usual
    environment = _environment(checkout)
    if configuration.project is not None:
        environment |= {"HF_HOME": str(folder / "huggingface")}
    _check_library(checkout, environment)
    snakefile = snakefile_of(checkout)
    profile = str(snakefile.parent / "profiles/default")
    done = subprocess.run(
        [
            sys.executable, "-m", "snakemake", "--cores", str(cores), "--max-threads", "1",
            "-s", str(snakefile), "--workflow-profile", profile, "--", *wanted,
        ],
        cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False,
    )  # fmt: skip
    (folder / "snakemake.log").write_text(done.stdout, encoding="utf-8")
    _checked(done, f"the run of {configuration.name} by {checkout}")
    return folder / "results"


def _prepare(configuration: Configuration, checkout: Path, folder: Path) -> Sequence[str]:
    """Lay out the folder of a run; what it makes unless other targets are asked for."""
    if configuration.project is not None:
        # With its times: both runs start from the same files.
        shutil.copytree(configuration.project, folder, copy_function=shutil.copy2)
        return ["all", "analysis", "items"]
    file = checkout / str(configuration.file)
    if not file.is_file():
        found = f"no such file in {checkout}"
        raise InputError(str(configuration.file), found, "a configuration that both commits have")
    folder.mkdir(parents=True)
    shutil.copy2(file, folder / "config.yaml")
    for name in ("resources", "workflow"):
        (folder / name).symlink_to(checkout / name)
    config = yaml.safe_load(file.read_text(encoding="utf-8"))
    return ["all", "validation"] if "validation" in config else ["all"]


def _environment(checkout: Path) -> dict[str, str]:
    """This process's, with the library of a checkout before any that is installed."""
    return os.environ | {"PYTHONPATH": str(checkout / "workflow/scripts")}


def _check_library(checkout: Path, environment: Mapping[str, str]) -> None:
    asked = "import benchprof; print(benchprof.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=False
    )
    found = done.stdout.strip() or done.stderr.strip()
    if done.returncode != 0 or not Path(found).is_relative_to(checkout / "workflow/scripts"):
        raise InputError(checkout, f"the library would be {found}", "that of this checkout")


def _checked(done: subprocess.CompletedProcess[str], what: str) -> None:
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-TAIL:])
        raise InputError(what, f"it failed:\n{tail}\n", "a run that ends well")
