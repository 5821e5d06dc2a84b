"""Run one job of a run without Snakemake: benchprof job results/profiles/impact.csv."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchprof import digests, runs
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.jobs.all import job_of
from benchprof.jobs.script import run_job
from benchprof.run.inputs import check_inputs
from benchprof.run.run import read_run


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what `benchprof job` takes."""
    parser.add_argument(
        "file", type=path_argument, metavar="RESULT", help="such as results/report.html"
    )
    parser.add_argument(
        "--configfile", type=path_argument, nargs="+", default=[Path("config.yaml")], metavar="FILE"
    )
    parser.add_argument("--threads", type=int, default=1)


def main(options: argparse.Namespace) -> int:
    """Run the job."""
    run_file(options.file, options.configfile, options.threads)
    return 0


def run_file(file: Path, configuration: Sequence[Path], threads: int) -> None:
    """Run the job that writes a file, whatever the file's age; what it reads has to be there.

    Raises:
        InputError: no job writes the file, one of its inputs is missing, or its input is at fault.
    """
    run = read_run(configuration)
    check_inputs(run)
    job = job_of(run, file)
    for path in job.read:
        if not path.exists():
            files = " ".join(map(str, configuration))
            remedy = f"Run the job that writes it first: benchprof job {path} --configfile {files}"
            raise InputError(path, "no such file", f"a file that {job.rule} reads", remedy)
    if not runs.is_locked(Path()):
        # The store notes what is used for the run that was claimed last.
        runs.claim(Path(runs.STATE), digests.of_value(run.values), configuration)
    run_job(job, threads)
