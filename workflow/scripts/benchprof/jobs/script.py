"""How a script of the workflow gets its job, and how any job runs without the workflow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchprof.errors import InputError
from benchprof.files import write_if_changed
from benchprof.jobs.all import JOBS
from benchprof.jobs.job import Job
from benchprof.logs import logged
from benchprof.run.run import Run

FOLDER = Path(__file__).parents[2]
"""The folder that holds the package, and in a checkout the script of all jobs."""


def run_script(snakemake: Any) -> None:
    """Run the job that Snakemake started a script for.

    Args:
        snakemake: the object that Snakemake gives to scripts.
    """
    with logged(snakemake.log[0]):
        _check_library(Path(snakemake.scriptdir))
        job = JOBS[snakemake.params.job](Run.of(snakemake.config), **snakemake.wildcards)
        run_job(job, snakemake.threads)


def run_job(job: Job, threads: int) -> None:
    """Run a job as the workflow would, in this process.

    What its outputs are made with is kept in the files of its settings: before, so that the outputs
    are newer than they. And afterwards: while the job ran, a plan of an edited configuration
    (`snakemake -n`) may have written others, which would be older.

    Raises:
        InputError: the job's input is at fault.
    """
    settings = job.settings_files
    _write(settings)
    job.make(threads)
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
