"""Run a configuration with Snakemake, as `make run` does: benchprof run --configfile mine.yaml."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from benchprof import paths, runs
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.run.run import read_run

DEFAULT = [Path("config.yaml")]
PARTIAL = {"-n", "--dry-run", "--dryrun", "-U", "--until", "-O", "--omit-from"}
"""Flags that leave out results which Snakemake's report has."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what `benchprof run` takes."""
    parser.add_argument(
        "--configfile", type=path_argument, nargs="+", default=DEFAULT, metavar="FILE"
    )
    parser.add_argument(
        "--cores", type=int, default=os.cpu_count() or 1, help="default: all of the machine"
    )
    parser.add_argument(
        "flags", nargs="*", metavar="-- FLAG", help="of Snakemake, such as `-- -n` to run nothing"
    )


def main(options: argparse.Namespace) -> int:
    """Become Snakemake, so that signals and the exit status are its own.

    Raises:
        InputError: this folder is no checkout of the project.
    """
    if not Path("Snakefile").is_file():
        remedy = "Start it in the folder of your clone. `benchprof profile` needs none."
        raise InputError(
            Path("Snakefile").absolute(), "no such file", "a checkout of the project", remedy
        )
    # Whatever is measured below must not limit the run's own threads.
    environment = dict(os.environ)
    # A run that was killed leaves a lock; it is cleared only where no live process holds it.
    if runs.clear_dead_lock(Path()):
        print("cleared the lock of a dead run")
    # What is at fault, Snakemake says.
    with contextlib.suppress(InputError):
        run = read_run(options.configfile)
        # With a profile the jobs run elsewhere, and a login node measures nothing.
        if not any([os.environ.get("SNAKEMAKE_PROFILE"), "--profile" in options.flags]):
            # Loading torch takes seconds.
            from benchprof.plan.duration import duration_line  # noqa: PLC0415

            print(duration_line(run, options.cores))
    sys.stdout.flush()
    os.execve(sys.executable, snakemake(options), environment)


def snakemake(options: argparse.Namespace) -> list[str]:
    """The command of Snakemake; the default configuration is the Snakefile's own."""
    files = [] if options.configfile == DEFAULT else ["--configfile", *map(str, options.configfile)]
    report = ["--report", str(paths.RESULTS / "snakemake_report.html"), "--report-after-run"]
    own = [*files, "--cores", str(options.cores), *report * PARTIAL.isdisjoint(options.flags)]
    # The flags last, since they may end in targets.
    return [sys.executable, "-m", "snakemake", *own, *options.flags]
