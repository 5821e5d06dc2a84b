"""Put an archive's finished work where a run finds it: in the store, and masks in results/.

python -m benchprof.archive.refill results/archive.zip --digest DIGEST
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchprof.archive.container import Archive
from benchprof.archive.layout import ArchiveError
from benchprof.archive.limits import add_limits, limits_of
from benchprof.archive.listing import Listing
from benchprof.archive.masks import NotPreparedError, refill_masks
from benchprof.archive.records import refill_store
from benchprof.archive.refilled import Refilled
from benchprof.archive.terminal import complain, say, take_any_text
from benchprof.archive.verdict import check
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.run.run import Run, read_run


def _said(what: str, done: Refilled, place: str) -> Sequence[str]:
    """What became of records or masks, in words: other reasons with the first file of each."""
    lines = [f"{what}: {done.added} put into {place}, {done.there} were there, "
             f"{len(done.left)} left out."]  # fmt: skip
    reasons: dict[str, list[str]] = {}
    for name, reason in done.left.items():
        reasons.setdefault(reason, []).append(name)
    return lines + [
        f"- {len(own)} {reason}, for example {own[0]}" for reason, own in reasons.items()
    ]


def main() -> int:
    """Run the command; 1 where the archive is refused or something cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m benchprof.archive.refill", description=__doc__)
    parser.add_argument("archive", type=path_argument)
    parser.add_argument("--digest", help="the archive's published digest; another is refused")
    parser.add_argument(
        "--configfile",
        type=path_argument,
        default=Path("config.yaml"),
        help="of the run in this folder",
    )
    add_limits(parser)
    take_any_text()
    options = parser.parse_args()
    try:
        limits = limits_of(options)
        listing = check(options.archive, limits).listing
        if options.digest not in (None, listing["digest"]):
            raise ArchiveError(
                f"{options.archive}: its digest is {listing['digest']}; expected {options.digest}. "
                "Nothing was written. (An archive's digest is not the SHA-256 of its zip file: the "
                "check prints it.)"
            )
        archive = Archive(options.archive, limits)
        run = read_run([options.configfile])
        say(_said("Records", refill_store(archive, listing, run.store), str(run.store.root)))
        say(_masks_said(archive, listing, run))
    except (ArchiveError, InputError, OSError) as error:
        complain(error)
        return 1
    return 0


def _masks_said(archive: Archive, listing: Listing, run: Run) -> Sequence[str]:
    """What became of the masks, in words: none is looked for before the run is ready for them."""
    try:
        done = refill_masks(archive, listing, run)
        return _said("Masks", done, "results/masks")
    except NotPreparedError as error:
        return [f"Masks: none put. {error}"]


if __name__ == "__main__":
    sys.exit(main())
