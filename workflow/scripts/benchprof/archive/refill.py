"""Put an archive's finished work where a run looks for it: records, masks and super sets."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof.ablation import LISTED, RANDOM
from benchprof.archive.contents import MALFORMED, ArchiveError, run_folder, unpack
from benchprof.evaluation import assignment, record
from benchprof.masks import stored, super_job
from benchprof.masks.origin import code_digest as mask_code
from benchprof.models.mask import read_mask
from benchprof.store import Kind, Store


@dataclass(frozen=True)
class Refilled:
    """Files of an archive that are entries of a store.

    Attributes:
        kind: of the entries.
        code_digest: of the code that makes such a file, by what one says of itself.
        origin: reads what a file says of itself, and compares it with its digest.
        key: of the entry, by that.
    """

    kind: Kind
    code_digest: Callable[[Any], str]
    origin: Callable[[Path], Any]
    key: Callable[[Any], str]


def _mask_origin(path: Path) -> Any:
    return read_mask(path).origin


RECORDS = Refilled(
    record.EVALUATIONS,
    lambda _: assignment.code_digest(),
    lambda path: record.read_record(path)["origin"],
    record.key_of,
)
FOLDERS = {
    "evaluations": RECORDS,
    "calibration": RECORDS,
    "masks": Refilled(
        stored.MASKS,
        lambda origin: mask_code(origin["selection"]),
        _mask_origin,
        stored.key_of_origin,
    ),
    "super": Refilled(
        super_job.SUPER_SETS,
        lambda _: super_job.code_digest(),
        _mask_origin,
        super_job.key_of_origin,
    ),
}
"""By the folder of results."""


def refill(path: Path, store: Store, digest: str | None = None) -> str:
    """Make an archive's records, masks and super sets entries of a store, and say how many.

    An entry that is there stays. A file of another version of the code is left out: its key is one
    that this checkout never looks for. So are masks that no store holds, random and listed ones.

    Args:
        path: the archive.
        store: of the run.
        digest: the archive's published one; another is refused.

    Raises:
        ArchiveError: the archive is not what it says it is; nothing is written then.
        InputError: the store cannot be written to.
    """
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        listing = unpack(path, Path(name))
        if digest not in (None, listing["digest"]):
            found = f"its digest is {listing['digest']}; expected {digest}"
            raise ArchiveError(f"{path}: {found}. (It is not the SHA-256 of the zip file.)")
        results = Path(name) / run_folder(listing["tables"])
        for folder, files in FOLDERS.items():
            own = sorted((results / folder).rglob(f"*{files.kind.suffix}"))
            counts += _fill(own, files, store)
    return f"{store.root}: " + ", ".join(
        f"{counts[what]} {what}" for what in ("added", "there before", "of another version")
    )


def _fill(files: Iterable[Path], of: Refilled, store: Store) -> Counter[str]:
    """Add files that are whole; count what became of them, masks of the same entries once."""
    counts, entries = Counter[str](), dict[str, Path]()
    for file in files:
        try:
            origin = of.origin(file)
            if origin.get("selection") in (RANDOM, LISTED):
                continue
            same, key = origin["code"] == of.code_digest(origin), of.key(origin)
        except MALFORMED:
            # No record, such as the choice of a mask fraction, or of a shape that no job writes.
            continue
        if same:
            entries[key] = file
        else:
            counts["of another version"] += 1
    missing = [key for key in entries if not store.has(of.kind, key)]
    store.check_writable(of.kind, missing)
    for key in missing:
        store.add_bytes(of.kind, key, entries[key].read_bytes())
    return counts + Counter({"added": len(missing), "there before": len(entries) - len(missing)})
