"""Run one job of a run without Snakemake, or profile one benchmark without a run.

python -m benchprof job results/profiles/impact.csv
python -m benchprof profile FILE.jsonl --model NAME
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from benchprof import digests, progress, runs
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.jobs.all import job_of
from benchprof.jobs.script import run_job
from benchprof.run.inputs import check_inputs
from benchprof.run.run import read_run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see `--help`."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["profile"]:
        # It imports torch, which other commands only do if they have work for it.
        from benchprof import one_benchmark  # noqa: PLC0415

        return one_benchmark.main(given[1:])
    options = _options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        with progress.shown(sys.stderr.isatty()):
            run_file(options.file, options.configfile, options.threads)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
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
            command = f"python -m benchprof job {path} --configfile {files}"
            remedy = f"Run the job that writes it first: {command}"
            raise InputError(path, "no such file", f"a file that {job.rule} reads", remedy)
    if not runs.is_locked(Path()):
        # The store notes what is used for the run that was claimed last.
        runs.claim(Path(runs.STATE), digests.of_value(run.values), configuration)
    run_job(job, threads)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchprof", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    # Here only for the list of commands.
    commands.add_parser("profile", help="profile one benchmark, without masks")
    running = commands.add_parser("job", help="run the job that writes a file, in this process")
    running.add_argument(
        "file", type=path_argument, metavar="RESULT", help="such as results/report.html"
    )
    running.add_argument(
        "--configfile", type=path_argument, nargs="+", default=[Path("config.yaml")], metavar="FILE"
    )
    running.add_argument("--threads", type=int, default=1)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
