"""The run's manifest: which models it had, and the digests of its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchprof.archive.container import Archive
from benchprof.archive.layout import ArchiveError
from benchprof.archive.listing import Listing, read_parsed
from benchprof.archive.strict import Fields, check_shape, load_json

MANIFEST = "results/manifest.json"
SHAPE = Fields(
    {"models": {str: Fields({"digest": str}, open=True)}, "results": {str: str}}, open=True
)


def read_manifest(archive: Archive, listing: Listing) -> dict[str, Any]:
    """The run's manifest.

    Raises:
        ArchiveError: it is missing, changed or of another shape.
    """
    if MANIFEST not in listing["files"]:
        raise ArchiveError(f"{MANIFEST}: missing")
    manifest = load_json(read_parsed(archive, listing, MANIFEST), MANIFEST)
    check_shape(manifest, SHAPE, MANIFEST)
    return dict(manifest)


def check_model(manifest: Mapping[str, Any], model: str, digest: str, where: str) -> None:
    """Compare the digest that a record gives its model with the one in the manifest.

    Raises:
        ArchiveError: they differ, or the manifest lacks the model.
    """
    if model not in manifest["models"]:
        raise ArchiveError(f"{MANIFEST}.models: lacks {model}")
    noted = manifest["models"][model]["digest"]
    if digest != noted:
        raise ArchiveError(f"{where}: of another model than {MANIFEST} says, {noted}")


def check_results(manifest: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> None:
    """Compare the run's results in the manifest with the archive's list of files.

    Raises:
        ArchiveError: a result is not in the archive, or has another digest there.
    """
    for name, digest in manifest["results"].items():
        if name not in files:
            raise ArchiveError(f"{MANIFEST}: names {name}, which the archive lacks")
        if files[name]["sha256"] != digest:
            raise ArchiveError(f"{MANIFEST}: says another SHA-256 of {name}, {digest}")
