"""The tables of an archive written again by the library, and compared byte by byte."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

from benchprof.archive.container import CHUNK, Archive
from benchprof.archive.layout import ArchiveError
from benchprof.archive.listing import Listing, read_listing, unpack

SCRIPTS = "workflow/scripts"
TABLES = "results/profiles/"


def rewritten_tables(archive: Archive, listing: Listing) -> list[str]:
    """Have the library that runs now write the tables again and compare every byte; their names.

    These are the tables that `compute_profile` writes. The library is the archive's own only where
    the archive itself is run. Otherwise nothing of the archive is executed: its folder is data, and
    the process works in an empty one.

    Raises:
        ArchiveError: a package is missing, or a table is missing or differs.
    """
    with tempfile.TemporaryDirectory() as name:
        folder, fresh, empty = Path(name, "run"), Path(name, "tables"), Path(name, "empty")
        unpack(archive, listing, folder)
        empty.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "benchprof.archive.recompute", str(folder), str(fresh)],
            cwd=empty,
            env=os.environ | {"PYTHONPATH": str(_library(Path(name, "library")))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ArchiveError(f"the library cannot write the tables:\n{done.stdout[-3000:]}")
        tables = [f"{TABLES}{path.name}" for path in sorted(fresh.iterdir())]
        for table in tables:
            if table not in listing["files"]:
                raise ArchiveError(f"{table}: missing, and this library writes it")
            if not _same(fresh / PurePosixPath(table).name, folder / table):
                remedy = (
                    "this library or its packages may have other versions than those that wrote "
                    "it (the archive holds the library, its envs/requirements.lock the versions)"
                )
                raise ArchiveError(f"{table}: the recomputed table differs; {remedy}")
    return tables


def _library(folder: Path) -> Path:
    """Where the library that runs now is, unpacked to `folder` if it runs from a zip."""
    scripts = Path(__file__).absolute().parents[2]
    if scripts.is_dir():
        return scripts
    running = Archive(scripts.parents[1])
    unpack(running, read_listing(running), folder)
    return folder / SCRIPTS


def _same(one: Path, other: Path) -> bool:
    """Whether two files have the same bytes."""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while chunk := first.read(CHUNK):
            if chunk != second.read(CHUNK):
                return False
    return True
