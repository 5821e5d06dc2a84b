"""What an archive may hold at most, before and while it is read."""

from __future__ import annotations

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What an archive may hold at most.

    Attributes:
        files: how many files.
        file_bytes: of one file, unpacked.
        total_bytes: of all files, unpacked.
        parsed_bytes: of a JSON or CSV file that is compared; memory takes up to thirty times that.
        ratio: unpacked to packed size of a file above a megabyte.
    """

    files: int = 200_000
    file_bytes: int = 1 << 30
    total_bytes: int = 64 << 30
    parsed_bytes: int = 64 << 20
    ratio: int = 200


DEFAULT_LIMITS = Limits()
REMEDY = "if you trust the archive, raise the limit with an option of the check (--help)"
_OPTIONS = {
    "files": "files at most",
    "file_bytes": "bytes of one file at most, unpacked",
    "total_bytes": "bytes of all files at most, unpacked",
    "parsed_bytes": "bytes of a record, a table or the list of files at most",
    "ratio": "how many times its size a packed file may expand to",
}


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Give a command an option for each limit."""
    for name, text in _OPTIONS.items():
        default = getattr(DEFAULT_LIMITS, name)
        option = f"--most-{name.replace('_', '-')}"
        parser.add_argument(option, dest=name, type=int, default=default, help=text, metavar="N")


def limits_of(options: argparse.Namespace) -> Limits:
    """The limits that a command was given."""
    return Limits(**{name: getattr(options, name) for name in _OPTIONS})
