"""The archive's list of its files, `archive.json`: digests, what made the tables, what it lacks."""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NotRequired, TypedDict, cast

from benchprof import digests
from benchprof.archive.container import MALFORMED, Archive, check_names
from benchprof.archive.layout import ArchiveError
from benchprof.archive.strict import NUMBER, Fields, check_shape, load_json

# 2: the digest of a record is that of its bytes.
FORMAT = 2
LISTING = "archive.json"
# A changed text up to this size is searched for the line: a record of 14,000 items has 4 MiB.
LARGEST_TEXT = 1 << 23
RESULTS = "results"
MAYBE_TEXT = (str, type(None))
SHAPE = Fields(
    {
        "format": int,
        "digest": str,
        "files": {
            str: Fields(
                {"bytes": int, "sha256": str},
                {"lines": Fields({"count": int, "rows": str, "columns": str})},
            )
        },
        "tables": Fields(
            {
                "settings": Fields(
                    {
                        "metric": str,
                        "impact": str,
                        "resamples": int,
                        "confidence": NUMBER,
                        "seed": int,
                        "headlines": {str: str},
                        "own_benchmarks": {str: str},
                    },
                    open=True,
                ),
                "intact": [[str]],
                "sources": [
                    Fields(
                        {
                            **dict.fromkeys(
                                ("model", "benchmark", "ability", "selection", "fraction"), str
                            ),
                            "seed": (int, type(None)),
                            "record": str,
                            "mask": str,
                        }
                    )
                ],
            }
        ),
        "needed": [Fields({"what": str, "path": MAYBE_TEXT})],
    }
)


class Lines(TypedDict):
    """Checksums of a text's lines, laid out in a square."""

    count: int
    rows: str
    columns: str


class ListedFile(TypedDict):
    """What the listing says of a file."""

    bytes: int
    sha256: str
    lines: NotRequired[Lines]


class MadeTables(TypedDict):
    """What made the tables."""

    settings: dict[str, Any]
    intact: list[list[str]]
    sources: list[dict[str, Any]]


class Need(TypedDict):
    """What the archive leaves out, as a sentence, and where the configuration expects it."""

    what: str
    path: str | None


class Listing(TypedDict):
    """The archive's list of its files; `SHAPE` is what a stranger's is held against."""

    format: int
    digest: str
    files: dict[str, ListedFile]
    tables: MadeTables
    needed: list[Need]


def describe(content: bytes) -> ListedFile:
    """What the listing says of a file: size, SHA-256, and of a text checks that find a line."""
    found: ListedFile = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return found if b"\0" in content else {**found, "lines": line_checks(content)}


def line_checks(content: bytes) -> Lines:
    """Checksums of the rows and the columns of a text's lines laid out in a square.

    One changed line changes one row and one column, whose crossing names it; that takes the root
    of what a checksum of every line would.
    """
    lines = content.split(b"\n")
    width = math.isqrt(len(lines) - 1) + 1
    rows = [lines[start : start + width] for start in range(0, len(lines), width)]
    columns = [lines[start::width] for start in range(width)]
    return {"count": len(lines), "rows": _checksums(rows), "columns": _checksums(columns)}


def _checksums(groups: Iterable[list[bytes]]) -> str:
    return "".join(f"{zlib.crc32(joined):08x}" for joined in map(b"\n".join, groups))


def changed_lines(content: bytes, checks: Lines) -> str:
    """Where a changed text differs from the one that was listed, in words."""
    found = line_checks(content)
    if found["count"] != checks["count"]:
        return f"{found['count'] - 1} lines, not {checks['count'] - 1}"
    rows = _differing(found["rows"], checks["rows"])
    columns = _differing(found["columns"], checks["columns"])
    width = math.isqrt(found["count"] - 1) + 1
    numbers = [1 + row * width + column for row in rows for column in columns]
    exact = min(len(rows), len(columns)) == 1
    named = ", ".join(map(str, numbers[:20])) + (", ..." if len(numbers) > 20 else "")
    return ("line " if len(numbers) == 1 else "lines " if exact else "among the lines ") + named


def _differing(found: str, noted: str) -> list[int]:
    return [
        n for n in range(len(found) // 8) if found[8 * n : 8 * n + 8] != noted[8 * n : 8 * n + 8]
    ]


def read_listing(archive: Archive) -> Listing:
    """The archive's list of its files, with what made its tables and what the rest needs.

    Raises:
        ArchiveError: it is missing, damaged, of another format or of another shape.
    """
    archive.check_parsed(LISTING)
    listing = load_json(archive.read(LISTING, archive.limits.parsed_bytes), LISTING)
    form = listing.get("format") if isinstance(listing, dict) else None
    if form != FORMAT:
        raise ArchiveError(f"{LISTING}: format {form!r}; expected {FORMAT}")
    check_shape(listing, SHAPE, LISTING)
    content = {key: value for key, value in listing.items() if key != "digest"}
    try:
        digest = digests.of_value(content)
    except MALFORMED as error:
        raise ArchiveError(f"{LISTING}: not an archive's list of files ({error})") from None
    if digest != listing["digest"]:
        noted = listing["digest"]
        raise ArchiveError(f"{LISTING}: its digest differs from its content; expected {noted}")
    _check_references(listing)
    return cast(Listing, listing)


def _check_references(listing: Listing) -> None:
    """Compare the parts of the listing with each other; a path that is needed stays inside."""
    tables, files = listing["tables"], listing["files"]
    check_names(files)
    where = f"{LISTING}.tables"
    if any(len(entry) != 3 for entry in tables["intact"]):
        raise ArchiveError(f"{where}.intact: expected model, benchmark and record of each")
    intact = {(model, benchmark) for model, benchmark, _ in tables["intact"]}
    for source in tables["sources"]:
        if (source["model"], source["benchmark"]) not in intact:
            pair = f"{source['model']}, {source['benchmark']}"
            raise ArchiveError(f"{where}.sources: no intact record of {pair}")
    records = records_of(tables)
    if len(intact) < len(tables["intact"]) or len(set(records)) < len(records):
        raise ArchiveError(f"{where}: a record twice; expected each once")
    # A mask on a benchmark is identified by all fields except the names of its two files.
    cells = {
        tuple(value for key, value in sorted(source.items()) if key not in ("record", "mask"))
        for source in tables["sources"]
    }
    if len(cells) < len(tables["sources"]):
        raise ArchiveError(f"{where}.sources: two records of one mask on one benchmark")
    for name in [*records, *(source["mask"] for source in tables["sources"])]:
        if name not in files:
            raise ArchiveError(f"{where}: {name} is not among the files")
    for need in listing["needed"]:
        if need["path"] is not None:
            check_needed_path(need["path"])


def check_needed_path(path: str) -> None:
    """Stop where a path of a file that is left out leads out of the run's folder.

    Raises:
        ArchiveError: names it.
    """
    parts = PurePosixPath(path).parts
    # What stands behind ".../" becomes a path of its own.
    absolute = path.startswith(("/", "~")) or path.removeprefix(".../").startswith("/")
    outside = absolute or ".." in parts or not parts or set(path) & set("\\:\0")
    if outside or parts[0] in (RESULTS, ".snakemake"):
        expected = "one below the run's folder and outside results/"
        raise ArchiveError(f"{LISTING}.needed: the path {path!r}; expected {expected}")


def check_files(archive: Archive, listing: Listing) -> None:
    """Compare every file with the listing.

    Raises:
        ArchiveError: names each file that is missing, not listed or changed, and the line.
    """
    files = listing["files"]
    faults = [f"{name}: not listed" for name in sorted(archive.names - {*files, LISTING})]
    for name, noted in files.items():
        try:
            if archive.digest(name) != noted["sha256"]:
                where = _changed(archive, name, noted)
                faults.append(f"{name}{where}: changed; expected SHA-256 {noted['sha256']}")
        except ArchiveError as error:
            faults.append(str(error))
    if faults:
        raise ArchiveError("\n".join(faults))


def records_of(tables: Mapping[str, Any]) -> list[str]:
    """Names of the records that made the tables."""
    intact = [record for *_, record in tables["intact"]]
    return intact + [source["record"] for source in tables["sources"]]


def read_listed(archive: Archive, listing: Listing, name: str) -> bytes:
    """A listed file's content.

    Raises:
        ArchiveError: it differs from the listing, also where it changed since it was compared.
    """
    noted = listing["files"][name]
    content = archive.read(name, noted["bytes"])
    if hashlib.sha256(content).hexdigest() != noted["sha256"]:
        raise ArchiveError(f"{name}: changed; expected SHA-256 {noted['sha256']}")
    return content


def read_parsed(archive: Archive, listing: Listing, name: str) -> bytes:
    """The content of a listed file that is parsed, as `read_listed`.

    Raises:
        ArchiveError: it differs from the listing, or is larger than what may be parsed.
    """
    archive.check_parsed(name)
    return read_listed(archive, listing, name)


def _changed(archive: Archive, name: str, noted: ListedFile) -> str:
    """A comma and where a text changed; empty if the file is no text or too long."""
    if "lines" not in noted:
        return ""
    try:
        content = archive.read(name, LARGEST_TEXT)
    except ArchiveError:
        return ""
    return "" if b"\0" in content else f", {changed_lines(content, noted['lines'])}"


def unpack(archive: Archive, listing: Listing, folder: Path) -> None:
    """Write the listed files below an empty or new folder.

    Raises:
        ArchiveError: the folder holds something, or a file differs from the listing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ArchiveError(f"{folder}: not empty; expected a new folder")
    for name, noted in listing["files"].items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with target.open("wb") as stream:
            for chunk in archive.chunks(name):
                digest.update(chunk)
                stream.write(chunk)
        if digest.hexdigest() != noted["sha256"]:
            raise ArchiveError(f"{name}: changed; expected SHA-256 {noted['sha256']}")
    (folder / LISTING).write_bytes(archive.read(LISTING, archive.limits.parsed_bytes))
