"""How a script of the workflow gets its job, and how any job runs without the workflow."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchprof.errors import InputError
from benchprof.files import write_if_changed
from benchprof.logs import logged
from benchprof.run.jobs.all import JOBS
from benchprof.run.jobs.job import Job
from benchprof.run.run import Run

FOLDER = Path(__file__).parents[2]
"""The folder of the scripts, beside the package in a checkout."""


def run_script(main: Callable[[Any, int], None], snakemake: Any) -> None:
    """Run a script's `main` for the job that Snakemake started it for.

    Afterwards the files of its settings say what its outputs were made with. While it ran, a plan
    of an edited configuration (`snakemake -n`) may have written others, which would be older than
    the outputs. (A library that is not the checkout's would always write others: its code has other
    digests.)

    Args:
        main: takes the job and its number of threads.
        snakemake: the object that Snakemake gives to scripts.
    """
    with logged(snakemake.log[0]):
        job = JOBS[snakemake.params.job](Run.of(snakemake.config), **snakemake.wildcards)
        settings = job.settings_files
        main(job, snakemake.threads)
        if Path(snakemake.scriptdir).resolve() == FOLDER.resolve():
            for file, own in settings.items():
                write_if_changed(file, own)


def run_job(job: Job, threads: int) -> None:
    """Run a job as the workflow would, in this process.

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
    module.main(job, threads)
