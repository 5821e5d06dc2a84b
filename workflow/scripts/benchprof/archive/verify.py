"""Check an archive: every digest, and every table against the records that it was made from."""

from __future__ import annotations

import csv
import math
import tempfile
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from benchprof import paths
from benchprof.archive.contents import (
    LISTING,
    MALFORMED,
    ArchiveError,
    run_folder,
    unpack,
    verdict,
)
from benchprof.profile.job import compute_profile
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.source import Source

TOLERANCE = 1e-6
"""Between numbers of two versions of the packages."""


def verify(path: Path) -> str:
    """Check an archive, of which nothing is run, and say what was found.

    Raises:
        ArchiveError: it is not what it says it is.
    """
    with tempfile.TemporaryDirectory() as name:
        root, fresh = Path(name, "run"), Path(name, "tables")
        listing = unpack(path, root)
        try:
            recompute_tables(listing["tables"], fresh, root)
        except (*MALFORMED, ArithmeticError) as error:  # InputError is a ValueError
            raise ArchiveError(f"the tables cannot be recomputed: {error}") from None
        profiles = run_folder(listing["tables"]) / paths.PROFILES.name
        compared = [own for own in sorted(fresh.iterdir()) if _is_same(own, root, profiles)]
    tables = ", ".join(str(profiles / table.name) for table in compared)
    found = f"Recomputed from the records: {tables}."
    others = "All other files only matched their digests: nothing but the digest below shows "
    return verdict(listing, f"{found}\n{others}whether someone forged one and mended {LISTING}.")


def recompute_tables(made: Mapping[str, Any], target: Path, root: Path = Path()) -> None:
    """Write the tables from the records and masks below a folder.

    Args:
        made: what the listing says of the tables: `intact`, `sources` and `settings`.
        target: folder of the tables.
        root: the folder of the run.

    Raises:
        InputError: a record is damaged or does not belong to its mask, model or requests.
    """
    settings = dict(made["settings"])
    held_out_test_of = settings.pop("own_benchmarks")
    compute_profile(
        intact={(model, benchmark): root / record for model, benchmark, record in made["intact"]},
        sources=[Source.from_json(source, root) for source in made["sources"]],
        held_out_test_of=held_out_test_of,
        settings=ProfileSettings(**settings),
        folder=target,
    )


def _is_same(fresh: Path, root: Path, profiles: PurePosixPath) -> bool:
    """Whether the archive has the table that was written; CSV differs in its last digits at most.

    Parquet's bytes also depend on the version of its library: where they differ, the file was not
    recomputed, and its CSV was.

    Raises:
        ArchiveError: the table is missing or differs.
    """
    name = str(profiles / fresh.name)
    if not (root / name).is_file():
        raise ArchiveError(f"{name}: missing, and the records make it")
    if fresh.read_bytes() == (root / name).read_bytes():
        return True
    if fresh.suffix != ".csv":
        return False
    with (root / name).open(encoding="utf-8", newline="") as old, fresh.open(newline="") as new:
        pairs = zip_longest(csv.reader(old), csv.reader(new), fillvalue=())
        for line, (archived, recomputed) in enumerate(pairs, start=1):
            if not _is_alike(archived, recomputed):
                remedy = "this version of the library or its packages may be another than its own"
                raise ArchiveError(f"{name}, line {line}: the recomputed table differs; {remedy}")
    return True


def _is_alike(one: Iterable[str], other: Iterable[str]) -> bool:
    return all(
        a == b or (_is_number(a) and _is_number(b) and math.isclose(
            float(a), float(b), rel_tol=TOLERANCE, abs_tol=TOLERANCE))
        for a, b in zip_longest(one, other, fillvalue="")
    )  # fmt: skip


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
