"""Ways to alter an archive: each is refused with its reason, or the verdict names what it left.

Whoever mends the digests, of records, masks and of the list of files, is the opponent here.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import socket
import stat
import struct
import subprocess
import sys
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchprof import digests
from benchprof.archive import refill, reproduce, strict, verify
from benchprof.archive.container import Archive, Limits
from benchprof.archive.layout import ArchiveError
from benchprof.archive.listing import LISTING, describe, read_listing, unpack
from benchprof.archive.manifest import MANIFEST
from benchprof.archive.recompute import recompute_tables
from benchprof.archive.similarity import Profile, similarity
from benchprof.archive.tables import COLUMNS, FLIPS, IMPACT, SIMILARITIES
from benchprof.archive.verdict import check, main
from benchprof.evaluation.record import record_bytes
from benchprof.masks.mask import Mask, read_mask, write_mask
from benchprof.profile.key import ProfileKey

Files = dict[str, bytes]
X, Y = (f"results/evaluations/m/other/{own}.json" for own in ("xNone", "yNone"))
MASK_X, MASK_Y, MASK_CONTROL = (
    f"results/masks/m/{own}.safetensors" for own in ("xNone", "yNone", "all_abilities1")
)
SIMILARITY = "results/profiles/similarity.csv"
VERIFY = Path(verify.__file__)
REPORT = "results/report.html"


@pytest.fixture(scope="module")
def files(archive: Path) -> Files:
    with zipfile.ZipFile(archive) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(files: Files, target: Path, packed: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(target, "w", packed) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return target


def noting(files: Files, manifest: bytes) -> bytes:
    """The manifest with the digests of the files as they are, where it is one."""
    try:
        value = json.loads(manifest)
        noted = {n: digests.of_bytes(files[n]) for n in value["results"] if n in files}
    except (ValueError, LookupError, TypeError, RecursionError):
        return manifest
    return json.dumps(value | {"results": noted}).encode()


def signed(files: Files, /, **parts: Any) -> Files:
    """The files with every digest mended, and parts of the listing replaced."""
    own = files | {MANIFEST: noting(files, files[MANIFEST])} if MANIFEST in files else files
    return signed_as_is(own, **parts)


def signed_as_is(files: Files, /, **parts: Any) -> Files:
    """The same, but the manifest stays as it is."""
    listing = json.loads(files[LISTING])
    listing.pop("digest")
    own = {name: content for name, content in files.items() if name != LISTING}
    listing["files"] = {name: describe(content) for name, content in own.items()}
    listing |= parts
    return own | {LISTING: json.dumps(listing | {"digest": digests.of_value(listing)}).encode()}


def refused(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(ArchiveError) as error:
        check(path, *([limits] if limits else []))
    return str(error.value)


# What a folder or a zip holds beside the list of files.


def insert(content: bytes, place: int, more: bytes) -> bytes:
    """A zip with bytes before its list of entries, whose end says where that now begins."""
    start = struct.unpack_from("<L", content, len(content) - 6)[0]
    assert place <= start
    end = struct.pack("<L", start + len(more))
    return content[:place] + more + content[place:-6] + end + content[-2:]


def local(name: bytes, content: bytes) -> bytes:
    """An entry with its header, which no list names."""
    sizes = (zlib.crc32(content), len(content), len(content), len(name), 0)
    return struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, *sizes) + name + content


def directory(content: bytes) -> int:
    """Where a zip's list of entries begins."""
    return int(struct.unpack_from("<L", content, len(content) - 6)[0])


def without_last_listed(content: bytes) -> bytes:
    """The list of entries no longer names the last, whose bytes stay."""
    last = content.rindex(b"PK\1\2")
    start, count = directory(content), struct.unpack_from("<H", content, len(content) - 12)[0] - 1
    return content[:last] + struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, count, count, last - start, start, 0
    )


def without_first_listed(content: bytes) -> bytes:
    start = directory(content)
    second = content.index(b"PK\1\2", start + 4)
    count = struct.unpack_from("<H", content, len(content) - 12)[0] - 1
    size = len(content) - 22 - second
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, 0)
    return content[:start] + content[second:-22] + end


def prefixed(content: bytes) -> bytes:
    """Two bytes more at the beginning, which all offsets pass over."""
    found = bytearray(insert(content, 0, b"MZ"))
    place = directory(bytes(found))
    while found[place : place + 4] == b"PK\1\2":
        offset, lengths = struct.unpack_from("<L", found, place + 42)[0], found[place + 28]
        struct.pack_into("<L", found, place + 42, offset + 2)
        place += 46 + lengths
    return bytes(found)


def with_field(offset: int, form: str, value: int, own_too: bool = True) -> Callable[..., bytes]:
    """Changes a field of the first entry, in the list and (but for `own_too`) before its content.

    Args:
        offset: of the field in the list's header.
        form: of the field.
        value: of it.
        own_too: whether also in the entry's own header, where it is two bytes earlier.
    """

    def change(content: bytes) -> bytes:
        found = bytearray(content)
        struct.pack_into(form, found, directory(content) + offset, value)
        if own_too:
            struct.pack_into(form, found, offset - 2, value)
        return bytes(found)

    return change


def with_two_ends(content: bytes) -> bytes:
    """A second end, of zip64, that names a list with fewer entries."""
    start, size = directory(content), len(content) - 22 - directory(content)
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(content) - 22, 1)
    return content[:-22] + end + locator + content[-22:]


ZIPS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "bytes before the zip": (lambda own: b"#!/bin/sh\n" + own, "bytes before"),
    "bytes before it, offsets mended": (prefixed, "bytes before it that no entry has"),
    "bytes after the zip": (lambda own: own + b"more", "no end of a zip"),
    "a comment of the zip": (lambda own: own[:-2] + b"\2\0hi", "no end of a zip"),
    "an entry that no list names": (
        lambda own: insert(own, directory(own), local(b"hidden", b"x")),
        "between the last entry",
    ),
    "the last entry hidden": (without_last_listed, "between the last entry"),
    "the first entry hidden": (without_first_listed, "bytes before it that no entry has"),
    "two entries in the same bytes": (
        lambda own: (
            own[: own.rindex(b"PK\1\2") + 42] + bytes(4) + own[own.rindex(b"PK\1\2") + 46 :]
        ),
        "bytes that two entries share",
    ),
    "encrypted": (with_field(8, "<H", 1), "encrypted"),
    "sizes after the content": (with_field(8, "<H", 8), "written piece by piece"),
    "packed by bzip2": (with_field(10, "<H", 12), "method 12"),
    "a size that differs from its header's": (with_field(24, "<L", 9, False), "method 0"),
    "a time that differs from its header's": (with_field(12, "<H", 9, False), "its own header"),
    "a checksum of other content": (with_field(16, "<L", 9), "CRC-32"),
    "two ends that differ": (with_two_ends, "two ends"),
    "cut off": (lambda own: own[:5000], "no end of a zip"),
    "nothing": (lambda _: b"", "too short"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_an_altered_zip_is_refused(name: str, files: Files, tmp_path: Path) -> None:
    change, reason = ZIPS[name]
    path = zipped(files, tmp_path / "archive.zip")
    path.write_bytes(change(path.read_bytes()))
    assert reason in refused(path)


def linked(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def with_extra(name: str) -> zipfile.ZipInfo:
    """An entry that some readers know by another name."""
    info = zipfile.ZipInfo(name)
    other = b"\1" + struct.pack("<L", zlib.crc32(name.encode())) + b"other.py"
    info.extra = struct.pack("<HH", 0x7075, len(other)) + other
    return info


ENTRIES: dict[str, tuple[str | zipfile.ZipInfo, str]] = {
    "a name twice": (X, "a name twice"),
    "a name in folders without end": (f"{'a/' * 32}x", "33 levels; expected 32 at most"),
    "a name that differs in case": (X.replace("xNone", "xnone"), "nearly the name"),
    "a name that differs in Unicode form": (X.replace("m/o", "\uff4d/o"), "nearly the name"),
    "a folder that differs in case": ("Results/new.json", "nearly a name in the folder"),
    "a name in decomposed form": (unicodedata.normalize("NFD", "é.txt"), "composed"),
    "a file that is a folder": (f"{X}/more", "a file and a folder"),
    "an absolute name": ("/etc/x", "lead out"),
    "a name that climbs out": ("a/../../x", "lead out"),
    "a name with a backslash": ("a\\..\\x", "lead out"),
    "a name of another drive": ("C:x", "lead out"),
    "a name with an escape sequence": ("\x1b[2Jx", "lead out"),
    "a name with a line's end": ("a\x85b", "that no one sees"),
    "a name with an escape sequence of one character": ("a\x9b2Jb", "that no one sees"),
    "a name of two lines": ("a\u2028b", "that no one sees"),
    "a name that turns what follows": ("a\u202eb", "that no one sees"),
    "a name with a space of no width": ("a\u200bb", "that no one sees"),
    "a name that Windows shortens": ("README.md.", "plain form"),
    "a name with a step that is none": ("a//b", "plain form"),
    "a name too long to unpack": ("a" * 300, "longer than"),
    "a folder": ("folder/", "a folder"),
    "a link": (linked("a", stat.S_IFLNK | 0o777), "a link"),
    "a pipe": (linked("a", stat.S_IFIFO | 0o600), "a link or a folder"),
    "a second name beside the first": (with_extra("a"), "an extra field"),
    "a file that is not listed": ("results/foreign.json", "results/foreign.json: not listed"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_too_many_is_refused(name: str, files: Files, tmp_path: Path) -> None:
    entry, reason = ENTRIES[name]
    path = zipped(files, tmp_path / "archive.zip")
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(entry, "{}")
    assert reason in refused(path)


def test_a_name_in_no_known_encoding_is_refused(files: Files, tmp_path: Path) -> None:
    path = zipped(files | {"caf\xe9": b""}, tmp_path / "archive.zip")
    content = path.read_bytes()
    path.write_bytes(content.replace("café".encode(), b"caf\xe9\xe9"))
    assert "cannot be read" in refused(path) or "neither ASCII nor" in refused(path)


def test_a_file_that_expands_beyond_what_it_says_is_refused(tmp_path: Path) -> None:
    content = b"0" * 1000
    deflated = zlib.compressobj(wbits=-15)
    packed = deflated.compress(content) + deflated.flush()
    for size, more, reason in (
        (10, b"", "not of the size it says"),
        (1000, b"more", "bytes after"),
    ):
        info = (zlib.crc32(content[:size]), len(packed) + len(more), size, 1, 0)
        own = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, *info) + b"a" + packed + more
        listed = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, *info, 0, 0, 0, 0, 0)
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(listed) + 1, len(own), 0)
        path = tmp_path / "archive.zip"
        path.write_bytes(own + listed + b"a" + end)
        with pytest.raises(ArchiveError, match=reason):
            Archive(path).read("a", 1 << 20)


def test_more_than_the_limits_is_refused(files: Files, tmp_path: Path) -> None:
    bomb = signed(files | {"docs/bomb.txt": bytes(3 << 20)})
    path = zipped(bomb, tmp_path / "bomb.zip", zipfile.ZIP_DEFLATED)
    assert "expected 200 times at most: if you trust the archive, raise the limit" in refused(path)
    check(path, Limits(ratio=2000))
    for limits, reason in (
        (Limits(files=10), "10 at most"),
        (Limits(file_bytes=1000), "1000 at most"),
        (Limits(total_bytes=1000), "1000 bytes at most"),
    ):
        assert reason in refused(path, limits)


def test_what_is_parsed_is_bounded_by_itself(files: Files, tmp_path: Path) -> None:
    """A mask may be large, which is compared a piece at a time; not a record, table or list."""
    most = max(len(files[X]), len(files[LISTING]), len(files[IMPACT])) + 1000
    for name in (X, IMPACT, MANIFEST):
        large = signed_as_is(files | {name: files[name] + b"\n" * most})
        path = zipped(large, tmp_path / "archive.zip")
        said = refused(path, Limits(parsed_bytes=most))
        assert f"{name}: " in said and f"bytes to be parsed; expected {most} at most" in said
    large = signed(files | {"docs/text.md": b"\n" * 2 * most})
    check(zipped(large, tmp_path / "archive.zip"), Limits(parsed_bytes=most))


def test_a_table_of_many_rows_fills_no_memory(files: Files, tmp_path: Path) -> None:
    header = files[IMPACT].split(b"\n")[0]
    rows = header + b"\n" + (b"," * header.count(b",") + b"\n") * 20_000
    path = zipped(signed(files | {IMPACT: rows}), tmp_path / "archive.zip")
    tracemalloc.start()
    try:
        assert "line 2: no record has this row" in refused(path)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The text takes four bytes a character beside the file's bytes.
    assert most < 20 * len(rows)


def test_a_key_twice_is_found_in_one_pass() -> None:
    compared = 0

    class Key(str):
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)  # type: ignore[arg-type]

    pairs = [(Key(number), 0) for number in range(300)]
    with pytest.raises(ValueError, match="'299' twice"):
        strict._object([*pairs, (Key(299), 0)])
    assert compared < 3 * len(pairs)


# An unpacked folder.


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as own, contextlib.chdir(path.parent):
        own.bind(path.name)


FOLDERS: dict[str, tuple[str, Callable[[Path], Any], str]] = {
    "bytecode": (
        "workflow/scripts/benchprof/__pycache__/store.cpython-311.pyc",
        lambda path: path.write_bytes(b"code"),
        "store.cpython-311.pyc: not listed",
    ),
    "a hidden file": (".env", lambda path: path.write_text("x"), ".env: not listed"),
    "a pipe": ("pipe", os.mkfifo, "pipe: a link, pipe"),
    "a socket": ("socket", make_socket, "socket: a link, pipe"),
    "a link to a file": ("link", lambda path: path.symlink_to("/etc/passwd"), "link: a link"),
    "a link to a folder": ("link", lambda path: path.symlink_to("/etc"), "link: a link"),
    "an empty folder": ("new", lambda path: path.mkdir(), "an empty folder"),
}


@pytest.fixture(scope="module")
def folder(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unpacked archive, below a folder with spaces; to be left as it was."""
    target = tmp_path_factory.mktemp("with spaces") / "the run"
    unpack(Archive(archive), read_listing(Archive(archive)), target)
    return target


@pytest.mark.parametrize("name", FOLDERS)
def test_an_altered_folder_is_refused(name: str, folder: Path) -> None:
    own, make, reason = FOLDERS[name]
    check(folder)
    path = folder / own
    made = not path.parent.is_dir()
    path.parent.mkdir(exist_ok=True)
    make(path)
    try:
        assert reason in refused(folder)
    finally:
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        if made:
            path.parent.rmdir()


def test_a_pipe_is_refused_before_it_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArchiveError, match=r"a pipe, socket or device\); expected a zip file"):
        opened_in_time(tmp_path / "pipe")


def opened_in_time(path: Path) -> Archive:
    """The archive; a writer comes and goes, so that no opening waits for ever."""
    writer = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        return Archive(path)
    finally:
        os.close(writer)


# The list of files, signed again.


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


LISTINGS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing is needed, not even a list": ({"needed": None}, "needed: None; expected a list"),
    "a needed path that climbs out": (
        {"needed": [{"what": "x", "path": "../x"}]}, "the path '../x'",
    ),
    "a needed path that is absolute": (
        {"needed": [{"what": "x", "path": "/etc/x"}]}, "the path '/etc/x'",
    ),
    "a needed path that is absolute behind its beginning": (
        {"needed": [{"what": "x", "path": "...//etc/x"}]}, "the path '...//etc/x'",
    ),
    "a needed path among the results": (
        {"needed": [{"what": "x", "path": "results/x"}]}, "outside results/",
    ),
    "a needed path that is a number": ({"needed": [{"what": "x", "path": 1}]}, "a text or null"),
    "another format": ({"format": 3}, "format 3; expected 2"),
    "a format that is a text": ({"format": "2"}, "format '2'; expected 2"),
    "files in a list": ({"files": []}, "files: []; expected an object"),
    "no tables": ({"tables": {}}, "lacks settings"),
    "deep nesting": ({"needed": nested(300)}, "expected an object"),
    "a field of no known meaning": ({"more": 1}, "'more'; expected no such field"),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_of_another_shape_is_refused(name: str, files: Files, tmp_path: Path) -> None:
    parts, reason = LISTINGS[name]
    assert reason in refused(zipped(signed(files, **parts), tmp_path / "archive.zip"))


BYTES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a key twice": (lambda own: b'{"digest": "0", ' + own.lstrip()[1:], "'digest' twice"),
    "a key twice, deep in it": (
        lambda own: own.replace(b'"what":', b'"what": "other", "what":', 1), "'what' twice",
    ),
    "in UTF-16": (lambda own: own.decode().encode("utf-16"), "not JSON"),
    "with a byte order mark": (lambda own: b"\xef\xbb\xbf" + own, "not JSON"),
    "with a number that is none": (lambda own: own.replace(b'"seed": 1,', b'"seed": NaN,'), "NaN"),
    "a million brackets": (lambda _: b"[" * 1_000_000, "not JSON"),
    "a number of a million digits": (lambda _: b"1" * 1_000_000, LISTING),
    "a list": (lambda _: b"[]", "format None"),
    "another digest": (
        lambda own: own[:-3] + (b"0" if own[-3:-2] != b"0" else b"1") + own[-2:],
        "its digest differs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BYTES)
def test_a_listing_of_other_bytes_is_refused(name: str, files: Files, tmp_path: Path) -> None:
    change, reason = BYTES[name]
    own = signed(files)
    path = zipped(own | {LISTING: change(own[LISTING])}, tmp_path / "archive.zip")
    assert reason in refused(path)


# Content, with all digests mended.


def record(content: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    value = json.loads(content)
    value.pop("digest")
    change(value)
    return record_bytes(value)


def table(content: bytes, change: Callable[[list[dict[str, str]]], Any]) -> bytes:
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    names = list(rows[0])
    rows = change(rows) or rows
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def exchanged(files: Files, *pairs: tuple[str, str]) -> Files:
    own = dict(files)
    for one, other in pairs:
        own |= {one: files[other], other: files[one]}
    return own


def renamed(files: Files, column: str, one: str, other: str) -> Files:
    """Two names exchanged in the tables and in the list of files; the files stay."""
    names = {one: other, other: one}

    def change(rows: list[dict[str, str]]) -> None:
        for row in rows:
            for key in row:
                if key == column or (key.startswith(f"{column}_") and "digest" not in key):
                    row[key] = names.get(row[key], row[key])

    own = dict(files)
    for name in COLUMNS:
        own[name] = table(files[name], change)
    tables = json.loads(files[LISTING])["tables"]
    for source in tables["sources"]:
        source[column] = names.get(source[column], source[column])
    if column == "model":
        tables["intact"] = [[names[model], *rest] for model, *rest in tables["intact"]]
    return signed(own, tables=tables)


def mask(content: bytes, tmp_path: Path, change: Callable[[dict[str, Any]], Any]) -> bytes:
    path = tmp_path / "mask.safetensors"
    path.write_bytes(content)
    read = read_mask(path)
    origin = {key: own for key, own in read.origin.items() if key not in ("n", "digest")}
    change(origin)
    write_mask(path, Mask(read.entries, origin))
    return path.read_bytes()


def blank(rows: list[dict[str, str]]) -> None:
    """No cell has an AIS, for a reason."""
    for row in rows:
        row.update({n: "" for n in row if n.startswith(("ais", "over_", "p_", "q_"))})
        row.update({n: "not_above_guessing" for n in row if n.startswith("reason_")})


def invent(rows: list[dict[str, str]]) -> None:
    """Similarities of profiles that have none."""
    for row in rows:
        row.update(similarity="0.99", reason_code="undefined_profile")


def paired_otherwise(model: str, benchmark: str) -> Callable[[Files], Files]:
    """A profile's rows in another order, and all similarities that follow from that order."""

    def turned(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        profile = (model, benchmark)
        places = [n for n, row in enumerate(rows) if (row["model"], row["benchmark"]) == profile]
        own = sorted((rows[n] for n in places), key=lambda row: row["ability"], reverse=True)
        moved = dict(zip(places, own, strict=True))
        return [moved.get(n, row) for n, row in enumerate(rows)]

    def forge(files: Files) -> Files:
        impact = table(files[IMPACT], turned)
        profiles: dict[tuple[str, ...], Profile] = {}
        for row in csv.DictReader(io.StringIO(impact.decode())):
            if row["headline"] == "True" and row["seed"] == "":
                ais = float(row["ais"]) if row["ais"] else None
                profiles.setdefault(ProfileKey.of(row), []).append(ais)

        def invented(rows: list[dict[str, str]], pair: str) -> None:
            for row in rows:
                sides = [ProfileKey.of({**row, pair: row[f"{pair}_{side}"]}) for side in "ab"]
                row["similarity"] = repr(similarity(*(profiles[side] for side in sides)))

        own = {
            name: table(files[name], partial(invented, pair=pair))
            for name, pair in SIMILARITIES.items()
        }
        return files | {IMPACT: impact} | own

    return forge


def same_everywhere(value: str, *columns: str) -> Callable[[list[dict[str, str]]], None]:
    def change(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row.update(dict.fromkeys(columns, value))

    return change


def one_item_wrong(value: dict[str, Any]) -> None:
    scores = value["items"]["scores"]["acc"]
    scores[scores.index(1.0)] = 0.0
    value["scores"]["acc"] = sum(scores) / len(scores)
    value["tasks"]["task"]["scores"]["acc"] = value["scores"]["acc"]


def last_twice(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [*rows, rows[-1]]


def changed(name: str, change: Callable[..., bytes], *how: Any) -> Callable[[Files], Files]:
    return lambda files: files | {name: change(files[name], *how)}


FORGERIES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "two records exchanged": (lambda f: exchanged(f, (X, Y)), "made with another mask than"),
    "two records exchanged with their masks": (
        lambda f: exchanged(f, (X, Y), (X.replace("other", "x_test"), Y.replace("other", "x_test")),
                            (MASK_X, MASK_Y)),
        "says ability 'y' of itself; listed as 'x'",
    ),
    "a control for a mask": (lambda f: exchanged(f, (MASK_X, MASK_CONTROL)), "itself; listed as"),
    "all AIS taken away": (changed(IMPACT, table, blank), "the records give"),
    "all AIS taken away and all similarities invented": (
        lambda f: changed(IMPACT, table, blank)(f)
        | {name: table(f[name], invent) for name in SIMILARITIES},
        "the records give",
    ),
    "a reason that is none": (
        changed(IMPACT, table, same_everywhere("too_few_items", "reason_code")), "reason_code",
    ),
    "no controls, as it were": (
        changed(IMPACT, table, same_everywhere("no_controls", "reason_random")), "reason_random",
    ),
    "similarities invented": (
        changed(SIMILARITY, table, same_everywhere("0.99", "similarity")), "similarity: 0.99",
    ),
    "similarities that pair other abilities": (
        paired_otherwise("m", "other"), "similarity.csv, line 3, similarity: ",
    ),
    "similarities of another profile that pair other abilities": (
        paired_otherwise("n", "x_test"), "similarity.csv, line 2, similarity: ",
    ),
    "similarities taken away": (
        changed(SIMILARITY, table, lambda rows: same_everywhere("", "similarity")(rows)
                or same_everywhere("flat_profile", "reason_code")(rows)),
        "reason_code: flat_profile",
    ),
    "a pair left out": (changed(SIMILARITY, table, lambda rows: rows[:-1]), "other pairs than"),
    "a pair twice": (changed(SIMILARITY, table, last_twice), "other pairs than"),
    "a row twice": (changed(IMPACT, table, last_twice), "or it is twice"),
    "a row left out": (changed(IMPACT, table, lambda rows: rows[:-1]), "lacks rows of"),
    "a cell too many": (
        changed(IMPACT, lambda own: own.replace(b"\nn,", b"\nn,n,", 1)), "not as many cells",
    ),
    "a column twice": (
        changed(IMPACT, lambda own: own.replace(b"\n", b",1\n").replace(b",1\n", b",ais\n", 1)),
        "a column twice",
    ),
    "a table without rows": (changed(IMPACT, lambda _: b""), "lacks rows of"),
    "a table in UTF-16": (
        changed(IMPACT, lambda own: own.decode().encode("utf-16")), "not an archive of a run",
    ),
    "a count of items that turned": (
        changed(FLIPS, table, same_everywhere("3", "lost")), "lost: 3; the records give",
    ),
    "a score": (changed(X, record, one_item_wrong), "; the records give"),
    "a number of items with decimals": (
        changed(X, record, lambda v: v.update(n=40.0)), "n: 40.0; expected a whole number",
    ),
    "scores that are no numbers": (
        changed(X, record, lambda v: v["items"]["scores"].update(
            acc=[bool(own) for own in v["items"]["scores"]["acc"]])),
        "scores.acc[0]: ",
    ),
    "a number in digits of another script": (
        changed(IMPACT, lambda own: own.replace(b"0.25", "\u0660.\u0662\u0665".encode())),
        "expected a number",
    ),
    "a number in Python's writing": (
        changed(IMPACT, lambda own: own.replace(b",0.25,", b",0_0.25,")), "expected a number",
    ),
    "a record ablated in another way": (
        changed(X, record, lambda v: v["origin"]["mask"].update(method="mean")),
        "ablated in another way than other records",
    ),
    "guessing in every record": (
        lambda f: f | {name: record(own, lambda value: value.update(guessing=0.1))
                       for name, own in f.items() if "evaluations" in name},
        "guessing: 0.25; the records give 0.1",
    ),
    "a mean": (changed(X, record, lambda v: v["scores"].update(acc=0.5)), "scores.acc is not"),
    "a mean of no scores": (
        changed(X, record, lambda v: v["scores"].update(f1=1.0)), "of other metrics",
    ),
    "a record without one of the metrics": (
        changed(X, record, lambda v: [own.pop("acc") for own in (
            v["scores"], v["items"]["scores"], *(task["scores"] for task in v["tasks"].values()))]),
        "scores in probability; the intact model's: ",
    ),
    "scores beyond numbers": (
        changed(X, lambda own: own.replace(b" 1.0", b" 1e999")), "1e999, which is no number",
    ),
    "a key of a record twice": (
        changed(X, lambda own: own.replace(b'"n": 40', b'"n": 40,\n "n": 40', 1)), "'n' twice",
    ),
    "other items": (
        changed(X, record, lambda v: v["items"]["digest"].reverse()), "or other requests",
    ),
    "tasks that make other clusters": (
        changed(X, record, lambda v: v["items"]["task"].pop()), "39 entries of 40 items",
    ),
    "a task's mean that is not its items'": (
        changed(X, record, lambda v: next(iter(v["tasks"].values()))["scores"].update(acc=0.123)),
        "scores.acc is not their mean",
    ),
    "a record of no model": (
        changed(X, record, lambda v: v["origin"].pop("model")), "origin: lacks model",
    ),
    "abilities relabelled": (lambda f: renamed(f, "ability", "x", "y"), "listed as 'y'"),
    "models relabelled": (lambda f: renamed(f, "model", "m", "n"), "another model than"),
    "a manifest without models": (
        changed(MANIFEST, lambda _: b'{"models": {}, "results": {}}'), "models: lacks m",
    ),
    "a manifest of another shape": (
        changed(MANIFEST, lambda _: b"[]"), "manifest.json: []; expected an object",
    ),
    "a mask with bytes at its end": (
        changed(MASK_X, lambda own: own + b"more"), "bytes of no tensor",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_with_mended_digests_is_refused(name: str, files: Files, tmp_path: Path) -> None:
    change, reason = FORGERIES[name]
    own = change(files)
    own = own if own[LISTING] != files[LISTING] else signed(own)
    assert reason in refused(zipped(own, tmp_path / "archive.zip"))


MASKS: dict[str, tuple[str, Callable[[dict[str, Any]], Any], str]] = {
    "of another ability": (MASK_X, lambda own: own.update(ability="y"), "says ability 'y'"),
    "of another k": (MASK_X, lambda own: own.update(fraction="0.1"), "says fraction '0.1'"),
    "of another selection": (MASK_X, lambda own: own.update(selection="top"), "says selection"),
    "from another model": (
        MASK_X, lambda own: own["importance"]["x"].update(model="n" * 64), "of another model",
    ),
    "from no importance of its ability": (
        MASK_X, lambda own: own["importance"].pop("x"), "not from importance of x",
    ),
    "without what made it": (MASK_X, lambda own: own.pop("importance"), "not an archive of a run"),
    "of another seed": (MASK_CONTROL, lambda own: own.update(seed=7), "says seed 7"),
    "that says too much": (
        MASK_CONTROL, lambda own: own.update(matched_to={"x": "0" * 200_000}), "100000 characters",
    ),
    "matched to others": (
        MASK_CONTROL, lambda own: own["matched_to"].update(x="0"), "says matched_to",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_of_something_else_is_refused(name: str, files: Files, tmp_path: Path) -> None:
    own, change, reason = MASKS[name]
    forged = signed(files | {own: mask(files[own], tmp_path, change)})
    assert reason in refused(zipped(forged, tmp_path / "archive.zip"))


def test_settings_of_other_scores_are_refused(files: Files, tmp_path: Path) -> None:
    tables = json.loads(files[LISTING])["tables"]
    for change, reason in (
        ({"impact": "relative"}, "the records give"),
        ({"headlines": {}}, "headline"),
        ({"seed": True}, "seed: True; expected a whole number"),
        ({"impact": "nonsense"}, "impact: 'nonsense'; expected one of chance_corrected, absolute"),
    ):
        own = signed(files, tables=tables | {"settings": tables["settings"] | change})
        assert reason in refused(zipped(own, tmp_path / "archive.zip"))


def test_tables_that_name_no_files_are_refused(files: Files, tmp_path: Path) -> None:
    tables = json.loads(files[LISTING])["tables"]
    sources = tables["sources"]
    for parts, reason in (
        ({"intact": []}, "no intact record of m, x_test"),
        ({"intact": [*tables["intact"], tables["intact"][0]]}, "a record twice"),
        ({"intact": [["m", "x_test"]]}, "model, benchmark and record of each"),
        ({"sources": [*sources, sources[0]]}, "a record twice"),
        ({"sources": [*sources[1:], sources[0] | {"ability": sources[1]["ability"]}]}, "two recor"),
        ({"sources": [sources[0] | {"record": "/etc/passwd"}]}, "/etc/passwd is not among"),
        ({"sources": [sources[0] | {"mask": "../x"}]}, "../x is not among"),
        ({"sources": [sources[0] | {"seed": "1"}]}, "a whole number or null"),
    ):
        own = signed(files, tables=tables | parts)
        assert reason in refused(zipped(own, tmp_path / "archive.zip"))


# What is not recomputed: the verdict says so.

LEFT: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "the report": (REPORT, lambda own: own.replace(b"found", b"did not find")),
    "text": ("README.md", lambda own: own + b"\nBelieve it."),
    "code": ("workflow/scripts/benchprof/store.py", lambda own: own + b"\n# Otherwise.\n"),
    "items": ("items/x/test.jsonl", lambda own: own.replace(b"secret", b"public")),
    "a table beside its CSV file": ("results/profiles/impact.parquet", lambda own: own + b"\0"),
    "the configuration": ("config.yaml", lambda own: own + b"seed: 2\n"),
    "the environment": ("environment.json", lambda own: own.replace(b"cpu", b"gpu")),
}


@pytest.mark.parametrize("name", LEFT)
def test_the_verdict_names_what_only_matched_its_digest(
    name: str, files: Files, tmp_path: Path
) -> None:
    own, change = LEFT[name]
    assert change(files[own]) != files[own]
    forged = files | {own: change(files[own])}
    assert f"{own}" in refused(zipped(forged, tmp_path / "archive.zip"))
    said = check(zipped(signed(forged), tmp_path / "archive.zip")).lines(each=True)
    heading = next(n for n, line in enumerate(said) if line.startswith("Only matched its digest"))
    assert f"- {own}" in said[heading : said.index("Not looked at:")]


@pytest.mark.parametrize("column", ["ais_low", "p_ais", "q_ais", "dose", "reason"])
def test_the_verdict_names_the_columns_that_are_recomputed(
    column: str, files: Files, tmp_path: Path
) -> None:
    """Others, such as intervals, pass without `--recompute`: the verdict doesn't claim them."""
    forged = signed(files | {IMPACT: table(files[IMPACT], same_everywhere("0.5", column))})
    said = check(zipped(forged, tmp_path / "archive.zip")).lines(each=True)
    line = next(line for line in said if line.startswith(f"- {IMPACT}"))
    assert "these columns" in line and column not in line.replace(",", " ").split()
    said = check(zipped(forged, tmp_path / "archive.zip")).lines(each=False)
    assert any(REPORT in line for line in said)


def test_recomputing_finds_what_the_check_leaves_and_runs_no_code_of_the_archive(
    files: Files, tmp_path: Path
) -> None:
    planted = f"open({str(tmp_path / 'it ran')!r}, 'w')\n".encode()
    library = "workflow/scripts/benchprof/__init__.py"
    code = dict.fromkeys(("pandas.py", "json.py", "sitecustomize.py", library), planted)
    interval = {IMPACT: table(files[IMPACT], same_everywhere("0.5", "ais_low"))}
    path = zipped(signed(files | code | interval), tmp_path / "archive.zip")
    check(path)
    with pytest.raises(ArchiveError, match=r"impact\.csv: the recomputed table differs"):
        check(path, rewrite=True)
    assert not (tmp_path / "it ran").exists()


def test_a_table_that_the_library_does_not_write_is_named_by_itself(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchprof.archive.verdict.rewritten_tables", lambda *_: [IMPACT])
    forged = signed(files | {"results/profiles/mine.csv": b"ais\n1.0\n"})
    said = check(zipped(forged, tmp_path / "archive.zip"), rewrite=True).lines(each=True)
    assert "- results/profiles/mine.csv: the library writes no such table" in said
    assert f"- {IMPACT}: every byte" in said


def test_a_table_that_the_library_writes_must_be_there(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        Path(command[-1]).mkdir()
        Path(command[-1], "power.csv").write_text("n\n")
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setattr("benchprof.archive.rerun.subprocess.run", written)
    own = {name: content for name, content in files.items() if "profiles/power" not in name}
    with pytest.raises(ArchiveError, match=r"power\.csv: missing, and this library writes it"):
        check(zipped(signed(own), tmp_path / "archive.zip"), rewrite=True)


def test_a_stranger_s_text_commands_no_terminal(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    needed = [{"what": "x\x1b[2J\nRecomputed: all", "path": None}]
    path = zipped(signed(files, needed=needed), tmp_path / "archive.zip")
    monkeypatch.setattr("sys.argv", ["verify", str(path)])
    assert main() == 0
    assert "- x?[2J?Recomputed: all\n" in capsys.readouterr().out


def without_seed_2(files: Files, tmp_path: Path) -> tuple[Files, dict[str, Any]]:
    """A run without half of its controls: files and what made its tables."""
    tables = json.loads(files[LISTING])["tables"]
    left = [source for source in tables["sources"] if source["seed"] == 2]
    gone = {source[key] for source in left for key in ("record", "mask")}
    tables["sources"] = [source for source in tables["sources"] if source not in left]
    path = zipped(files, tmp_path / "whole.zip")
    unpack(Archive(path), read_listing(Archive(path)), tmp_path / "whole")
    recompute_tables(tables, tmp_path / "tables", tmp_path / "whole")
    new = {f"results/profiles/{p.name}": p.read_bytes() for p in (tmp_path / "tables").iterdir()}
    return {name: own for name, own in (files | new).items() if name not in gone}, tables


def test_controls_left_out_are_missed_or_the_verdict_says_that_they_may_be(
    files: Files, tmp_path: Path
) -> None:
    own, tables = without_seed_2(files, tmp_path)
    path = tmp_path / "archive.zip"
    mended = signed(own, tables=tables)
    noted = json.loads(files[MANIFEST])
    names = noted["results"]
    manifest = json.dumps(noted | {"results": names | json.loads(mended[MANIFEST])["results"]})
    forged = signed_as_is(mended | {MANIFEST: manifest.encode()})
    assert f"{MANIFEST}: names results/" in refused(zipped(forged, path))
    said = check(zipped(mended, path)).lines(each=False)
    looked = said[said.index("Not looked at:") + 1]
    assert looked.startswith("- whether the run is complete: if a model, benchmark, ability or")


def test_another_digest_in_the_manifest_is_refused(files: Files, tmp_path: Path) -> None:
    changed = files | {REPORT: files[REPORT] + b"more"}
    said = refused(zipped(signed_as_is(changed), tmp_path / "archive.zip"))
    assert f"{MANIFEST}: says another SHA-256 of {REPORT}" in said


@pytest.mark.parametrize("name", ["a\x85b", "a\nb", "../b"])
def test_a_listed_name_that_no_file_may_have_is_refused(
    name: str, files: Files, tmp_path: Path
) -> None:
    listed = json.loads(files[LISTING])["files"]
    own = signed(files, files=listed | {name: listed["README.md"]})
    assert repr(name) in refused(zipped(own, tmp_path / "archive.zip"))


@pytest.mark.parametrize("command", [refill.main, reproduce.main])
def test_no_command_prints_a_stranger_s_commands(
    command: Callable[[], int], files: Files, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tables = json.loads(files[LISTING])["tables"]
    tables["sources"][0]["model"] = "\x1b[2J\x9b"
    path = zipped(signed(files, tables=tables), tmp_path / "archive.zip")
    options = ["--into", str(tmp_path / "new"), "--benchmark", "other"]
    options = options if command is reproduce.main else []
    monkeypatch.setattr("sys.argv", ["command", str(path), *options])
    assert command() == 1
    assert "no intact record of ?[2J?, x_test" in capsys.readouterr().err


def test_a_terminal_without_unicode_gets_the_verdict(files: Files, tmp_path: Path) -> None:
    needed = [{"what": "the data of Zo\u00eb", "path": None}]
    path = zipped(signed(files, needed=needed), tmp_path / "archive.zip")
    for argument, stream in ((path, "stdout"), (tmp_path / "Zo\u00eb.zip", "stderr")):
        done = subprocess.run(
            [sys.executable, "-S", VERIFY, argument],
            env={"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Zo\\xeb" in getattr(done, stream)
        assert "Traceback" not in done.stderr


def test_thirty_ways_and_more() -> None:
    ways = (ZIPS, ENTRIES, FOLDERS, LISTINGS, BYTES, FORGERIES, MASKS, LEFT)
    assert sum(map(len, ways)) > 100
