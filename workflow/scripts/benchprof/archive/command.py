"""Check an archive of a run, run a part of it again, or fill a store with its finished work."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchprof.archive.contents import ArchiveError, printable
from benchprof.archive.refill import refill
from benchprof.archive.reproduce import reproduce
from benchprof.archive.verify import verify
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.run.run import read_run


def main(options: argparse.Namespace) -> int:
    """Run the command; 1 where the archive is refused, or a score differs."""
    try:
        if options.action == "verify":
            said = verify(options.archive)
        elif options.action == "refill":
            said = refill(options.archive, read_run([options.configfile]).store, options.digest)
        else:
            found = reproduce(
                options.archive, options.into, options.benchmark, options.data, options.cores
            )
            same = f"{options.benchmark}: masks and scores are identical to the archive's."
            said = "\n".join(found) or same
            print(*map(printable, said.split("\n")), sep="\n")
            return 1 if found else 0
    except (ArchiveError, InputError, OSError) as error:
        print(*map(printable, str(error).split("\n")), sep="\n", file=sys.stderr)
        return 1
    print(said)
    return 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what `benchprof archive` takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    texts = {
        "verify": "check every digest, and recompute the tables",
        "reproduce": "run one benchmark again with the archive's code, and compare the scores",
        "refill": "put records and masks into the store of a run",
    }
    verifying, reproducing, refilling = (actions.add_parser(own, help=text, description=text)
                                         for own, text in texts.items())  # fmt: skip
    for own in (verifying, reproducing, refilling):
        own.add_argument("archive", type=path_argument)
    reproducing.add_argument(
        "--into", type=path_argument, required=True, help="a new folder", metavar="FOLDER"
    )
    reproducing.add_argument("--benchmark", required=True, help="its name in the configuration")
    reproducing.add_argument(
        "--data",
        type=path_argument,
        help="folder with what the archive leaves out",
        metavar="FOLDER",
    )
    reproducing.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    refilling.add_argument("--digest", help="the published digest; another archive is refused")
    refilling.add_argument("--configfile", type=path_argument, default=Path("config.yaml"))
