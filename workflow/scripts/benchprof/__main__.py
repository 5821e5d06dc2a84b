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
    options = _options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        with progress.shown(sys.stderr.isatty()):
            if options.command == "job":
                run_file(options.file, options.configfile, options.threads)
            else:
                # It imports torch, which a job only does if it has work for it.
                from benchprof.jobs.one_benchmark import OneBenchmark, profile_one  # noqa: PLC0415

                own = {name: value for name, value in vars(options).items() if name != "command"}
                profile_one(OneBenchmark(**own))
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
    running = commands.add_parser("job", help="run the job that writes a file, in this process")
    running.add_argument(
        "file", type=path_argument, metavar="RESULT", help="such as results/report.html"
    )
    running.add_argument(
        "--configfile", type=path_argument, nargs="+", default=[Path("config.yaml")], metavar="FILE"
    )
    running.add_argument("--threads", type=int, default=1)
    _add_profile(commands.add_parser("profile", help="profile one benchmark, without a run"))
    return parser.parse_args(arguments)


def _add_profile(parser: argparse.ArgumentParser) -> None:
    """Say what `profile` takes."""
    parser.add_argument(
        "benchmark", metavar="TASK_OR_FILE", help="an lm-eval task, a task file or a .jsonl file"
    )
    parser.add_argument("--model", required=True, help="a shipped model or a folder")
    readings = ("hidden_states", "importance")
    parser.add_argument("--read-from", choices=readings, default=readings[0])
    parser.add_argument("--items", type=_number, default=40, help="questions at most")
    parser.add_argument("--train", type=_number, default=24, help="train items of each ability")
    parser.add_argument("--abilities", default="v3", help="a shipped set, or a folder like one")
    parser.add_argument("--store", type=path_argument, default=Path("store"), metavar="FOLDER")
    parser.add_argument("--dtype", default="bfloat16", help="bfloat16, float16 or float32")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--threads", type=_number, default=1)
    parser.add_argument("--output", type=path_argument, metavar="FILE.csv", help="of the shares")


def _number(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("a whole number, 1 or more")
    return value


if __name__ == "__main__":
    sys.exit(main())
