"""How a script of the workflow gets its job, and how any job runs without the workflow."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchprof.errors import InputError
from benchprof.files import write_if_changed
from benchprof.logs import logged
from benchprof.run.jobs.all import JOBS
from benchprof.run.jobs.job import Job
from benchprof.run.run import Run

Main = Callable[[Any, int], None]
"""What a script does: it takes the job and its number of threads."""
FOLDER = Path(__file__).parents[2]
"""The folder of the scripts, beside the package in a checkout."""


def run_script(main: Main, snakemake: Any) -> None:
    """Run a script's `main` for the job that Snakemake started it for.

    Args:
        main: of the script.
        snakemake: the object that Snakemake gives to scripts.
    """
    with logged(snakemake.log[0]):
        _check_library(Path(snakemake.scriptdir))
        job = JOBS[snakemake.params.job](Run.of(snakemake.config), **snakemake.wildcards)
        _run(main, job, snakemake.threads)


def run_job(job: Job, threads: int) -> None:
    """Run a job as the workflow would, in this process; its settings are noted as its own.

    Raises:
        InputError: this installation has no scripts, or the job's input is at fault.
    """
    file = FOLDER / f"{job.script}.py"
    spec = importlib.util.spec_from_file_location(job.script, file)
    if spec is None or spec.loader is None or not file.is_file():
        remedy = "Run it with the checkout's `workflow/scripts` on PYTHONPATH."
        raise InputError(file, "no such file", "the workflow's scripts beside the package", remedy)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _run(module.main, job, threads)


def _run(main: Main, job: Job, threads: int) -> None:
    """Run a job, and keep in the files of its settings what its outputs were made with.

    Before, so that the outputs are newer than they. And afterwards: while the job ran, a plan of an
    edited configuration (`snakemake -n`) may have written others, which would be older.
    """
    settings = job.settings_files
    _write(settings)
    main(job, threads)
    _write(settings)


def _write(settings: Mapping[Path, Any]) -> None:
    for file, own in settings.items():
        write_if_changed(file, own)


def _check_library(scripts: Path) -> None:
    """Stop a job that has imported another library than the one beside its script, if one is there.

    The rules put that one first on the path. An environment for `--sdm conda` may still come before
    it with a library of its own, whose numbers would pass for those of this checkout's code.
    """
    beside = scripts / "benchprof"
    own = FOLDER / "benchprof"
    if beside.is_dir() and not beside.samefile(own):
        remedy = "Uninstall `benchprof` from the environment of the jobs."
        raise InputError(own, "not the library of this checkout", str(beside), remedy)
