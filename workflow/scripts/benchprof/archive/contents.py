"""An archive's files and their digests, checked with nothing but Python: python3 archive.zip.

This file lies in the archive as `__main__.py`, so that Python runs the archive itself. For those
who would not run an archive's own code, the project's copy does the same:
python workflow/scripts/benchprof/archive/contents.py ARCHIVE.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

FORMAT = 3
LISTING = "archive.json"
RESULTS = "results"
CHUNK = 1 << 20
LARGEST = 1 << 30
"""Bytes of one file, unpacked."""
RATIO = 100
"""How many times its own size a zip of more than `LARGEST` bytes may unpack to."""
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What reading a JSON value of another shape raises."""
NOT_LOOKED_AT = (
    "whether the run is complete: if a model, benchmark, ability or control was left out, nothing "
    "shows that it was ever there",
    "whether the models really produce these scores: no model was run",
    "whether importance leads to these masks: none was computed",
)


class ArchiveError(ValueError):
    """The archive is not what it says it is; the message names each file and what is wrong."""


def read_checked(path: Path) -> dict[str, Any]:
    """The list of an archive's files, each of which has the digest that it says.

    Raises:
        ArchiveError: the file is no zip, holds what may harm a reader, or differs from its list.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive, path)
            listing = _read_listing(archive)
            faults = list(_faults(archive, listing["files"]))
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise ArchiveError(f"{path}: cannot be read ({error}); expected a zip file") from None
    if faults:
        raise ArchiveError("\n".join(faults))
    return listing


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Write an archive's files below an empty or new folder, and give the list of them.

    Raises:
        ArchiveError: the folder holds something, or as `read_checked` raises it.
    """
    listing = read_checked(path)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ArchiveError(f"{folder}: not empty; expected a new folder")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return listing


def records_of(tables: Mapping[str, Any]) -> list[str]:
    """Names of the records that made the tables."""
    intact = [record for _, _, record in tables["intact"]]
    return intact + [source["record"] for source in tables["sources"]]


def run_folder(tables: Mapping[str, Any]) -> PurePosixPath:
    """The folder of the results, by a record's place: `results`, or one in it with a run's name."""
    return PurePosixPath(records_of(tables)[0]).parents[3]


def digest_of(listing: Mapping[str, Any]) -> str:
    """The digest of a list of files, as `digests.of_value` has it, without its own `digest`."""
    own = {key: value for key, value in listing.items() if key != "digest"}
    text = json.dumps(own, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def printable(text: str) -> str:
    """A stranger's text without control characters, so that it cannot imitate a verdict."""
    return "".join(own if own.isprintable() else "?" for own in text)


def verdict(listing: Mapping[str, Any], found: str) -> str:
    """What a check found, in words; `found` says how far the tables were recomputed."""
    lines = [f"{len(listing['files'])} files: each has the SHA-256 that {LISTING} lists, and there "
             "is nothing else.", found, "", "Not looked at:"]  # fmt: skip
    lines += [f"- {what}" for what in NOT_LOOKED_AT]
    lines += ["", "Left out, and needed to compute the rest again:"]
    lines += [f"- {printable(need['what'])}" for need in listing["needed"]]
    digest = listing["digest"]
    return "\n".join([*lines, "", f"Compare with the published digest: {digest}"])


def _check_entries(archive: zipfile.ZipFile, path: Path) -> None:
    """Stop before anything is read that leads out of a folder, is no file, or fills a disk."""
    entries, size = archive.infolist(), path.stat().st_size
    for entry in entries:
        fault = _fault(entry)
        if fault:
            raise ArchiveError(f"{entry.filename!r}: {fault}; expected plain files alone")
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise ArchiveError(f"{path}: a name twice; one file would overwrite the other")
    total = sum(entry.file_size for entry in entries)
    if total > max(LARGEST, RATIO * size):
        raise ArchiveError(
            f"{path}: {size} bytes unpack to {total}; expected {RATIO} times as many"
        )


def _fault(entry: zipfile.ZipInfo) -> str:
    """What is wrong with an entry, by what the zip says of it."""
    name = entry.filename
    unsafe = not name.isprintable() or name != entry.orig_filename or set(name) & set("\\:")
    if unsafe or {"", ".", ".."} & {*name.split("/")}:
        return "an unsafe name"
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a link, a folder or a device"
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "encrypted, or not packed by deflate"
    return f"{entry.file_size} bytes" if entry.file_size > LARGEST else ""


def _read_listing(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The list of files, whose parts fit each other.

    Raises:
        ArchiveError: it is missing, of another format or shape, or its digest differs.
    """
    try:
        listing = json.loads(archive.read(LISTING))
        if listing["format"] != FORMAT:
            raise ArchiveError(f"{LISTING}: format {listing['format']!r}; expected {FORMAT}")
        if digest_of(listing) != listing["digest"]:
            raise ArchiveError(f"{LISTING}: its digest differs from its content")
        files, tables = listing["files"], listing["tables"]
        if not all(isinstance(own["sha256"], str) for own in files.values()):
            raise ArchiveError(f"{LISTING}: a digest that is no text")
        for name in [*records_of(tables), *(source["mask"] for source in tables["sources"])]:
            if name not in files:
                raise ArchiveError(f"{LISTING}: {name!r} made the tables; expected a listed file")
        run_folder(tables)  # a record's place has as many parts
        for need in listing["needed"]:
            printable(need["what"])
            if need["path"] is not None:
                _check_needed(need["path"])
    except ArchiveError:
        raise
    except (*MALFORMED, zlib.error) as error:
        raise ArchiveError(f"{LISTING}: not an archive's list of files ({error!r})") from None
    return dict(listing)


def _check_needed(path: str) -> None:
    """Stop where a file that is left out would lie outside the run's folder, or in its results."""
    # What stands behind ".../" becomes a path of its own.
    for own in (path, path.removeprefix(".../")):
        parts = PurePosixPath(own).parts
        outside = not parts or parts[0] == "/" or ".." in parts or set(own) & set("\\:\0~")
        if outside or parts[0] in (RESULTS, ".snakemake"):
            expected = f"one below the run's folder and outside {RESULTS}/"
            raise ArchiveError(f"{LISTING}: the path {path!r}; expected {expected}")


def _faults(archive: zipfile.ZipFile, files: Mapping[str, Any]) -> Iterator[str]:
    """Each file that is not listed, missing, damaged or changed, in words."""
    names = {*archive.namelist()} - {LISTING}
    yield from (f"{name}: not listed" for name in sorted(names - files.keys()))
    for name, own in files.items():
        if name not in names:
            yield f"{printable(name)}: missing"
            continue
        digest = hashlib.sha256()
        try:
            with archive.open(name) as stream:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            yield f"{name}: damaged ({error})"
            continue
        if digest.hexdigest() != own["sha256"]:
            yield f"{name}: changed; expected SHA-256 {own['sha256']}"


def main() -> int:
    """Run the command; 1 where the archive is refused."""
    here = Path(__file__).absolute()
    running = here.parent if here.name == "__main__.py" else None
    parser = argparse.ArgumentParser(description="Check the digests of an archive's files.")
    parser.add_argument("archive", nargs="?" if running else None, default=running)
    path = Path(parser.parse_args().archive)
    try:
        said = verdict(read_checked(path), "The tables were not recomputed from the records.")
    except ArchiveError as error:
        print(*map(printable, f"{error}\n{path}: refused.".split("\n")), sep="\n", file=sys.stderr)
        return 1
    print(said.encode("ascii", "backslashreplace").decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
