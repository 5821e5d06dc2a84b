"""An archive's records as entries of a store."""

from __future__ import annotations

from collections.abc import Iterator

from benchprof import codebase
from benchprof.archive.container import Archive
from benchprof.archive.evidence import check_record
from benchprof.archive.listing import Listing, read_parsed, records_of
from benchprof.archive.manifest import check_model, read_manifest
from benchprof.archive.refilled import Refilled
from benchprof.evaluation.record import EVALUATIONS, FORMAT, key_of
from benchprof.store import Store

CALIBRATION = "results/calibration/"


def refill_store(archive: Archive, listing: Listing, store: Store) -> Refilled:
    """Make the records of a checked archive entries of a store; entries that are there stay.

    A record of another version of the code is left out: its key is one that this checkout never
    looks for.

    Raises:
        ArchiveError: a record is not one, or of another model than it is listed as; nothing is
            written then.
        InputError: the store cannot be written to.
    """
    done = Refilled()
    wanted = _keys(archive, listing, done)
    # By key: masks of the same entries are one ablation.
    missing = {key: record for record, key in wanted.items() if not store.has(EVALUATIONS, key)}
    store.check_writable(EVALUATIONS, missing)
    for key, record in missing.items():
        store.add_bytes(EVALUATIONS, key, read_parsed(archive, listing, record))
    done.added, done.there = len(missing), len(wanted) - len(missing)
    return done


def _keys(archive: Archive, listing: Listing, done: Refilled) -> dict[str, str]:
    """The store's key of each record that this checkout looks for; others are left out, in words.

    Raises:
        ArchiveError: a record is not one, or of another model than it is listed as.
    """
    code = codebase.digest_of("evaluation")
    manifest = read_manifest(archive, listing)
    keys = {}
    for record in _records(listing):
        own = check_record(read_parsed(archive, listing, record), record)
        # The other records' models were compared when the archive was checked.
        if record.startswith(CALIBRATION):
            model = own["origin"]["model"]["digest"]
            check_model(manifest, record.split("/")[2], model, record)
        if (own["format"], own["origin"]["code"]) != (FORMAT, code):
            done.left[record] = "of another version of the code"
        else:
            keys[record] = key_of(own["origin"])
    return keys


def _records(listing: Listing) -> Iterator[str]:
    """Names of the records, of the calibration items too."""
    yield from records_of(listing["tables"])
    for name in listing["files"]:
        # results/calibration/{model}/{selection}.json is a choice.
        if (
            name.startswith(CALIBRATION)
            and name.endswith(EVALUATIONS.suffix)
            and name.count("/") == 4
        ):
            yield name
