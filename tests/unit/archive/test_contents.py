"""A stranger's zip: every altered or hostile one is refused before it can do harm."""

from __future__ import annotations

import ast
import json
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.unit.archive.conftest import Files, mended, zipped

from benchprof import digests
from benchprof.archive import contents
from benchprof.archive.contents import LISTING, ArchiveError, read_checked, unpack

REPORT = "results/report.html"


def refused(path: Path) -> str:
    with pytest.raises(ArchiveError) as error:
        read_checked(path)
    return str(error.value)


def test_python_alone_checks_an_archive(archive: Path, tmp_path: Path) -> None:
    """The archive's own copy and the project's, without any package and on an older Python too."""
    ast.parse(Path(contents.__file__).read_bytes(), feature_version=(3, 8))
    for file in ([archive], [contents.__file__, archive]):
        done = subprocess.run(
            [sys.executable, "-I", "-S", *map(str, file)],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        with zipfile.ZipFile(archive) as own:
            listing = json.loads(own.read(LISTING))
        assert done.stdout.startswith(f"{len(listing['files'])} files: each has the SHA-256")
        assert listing["digest"] in done.stdout
        assert "model m: https://huggingface.co/someone/m" in done.stdout


def test_a_refused_archive_is_an_error(files: Files, tmp_path: Path) -> None:
    path = zipped(files | {REPORT: b"other\x1b[2J"}, tmp_path / "archive.zip")
    done = subprocess.run(
        [sys.executable, "-I", contents.__file__, str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and f"{REPORT}: changed" in done.stderr
    assert done.stdout == ""


def test_the_digest_of_a_list_is_the_library_s(archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        listing = json.loads(file.read(LISTING))
    own = {key: value for key, value in listing.items() if key != "digest"}
    assert digests.of_value(own) == listing["digest"]


def test_what_differs_from_the_list_is_named(files: Files, tmp_path: Path) -> None:
    own = {name: content for name, content in files.items() if name != "README.md"}
    own |= {REPORT: b"other", "more.py": b""}
    said = refused(zipped(own, tmp_path / "archive.zip"))
    for fault in ("README.md: missing", f"{REPORT}: changed", "more.py: not listed"):
        assert fault in said
    assert len(said.splitlines()) == 3


def test_a_flipped_byte_anywhere_is_refused(archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    path = tmp_path / "flipped.zip"
    # The places of a zip's header, its content and its list of entries.
    for place in range(60, len(content) - 60, len(content) // 40):
        flipped = bytearray(content)
        flipped[place] ^= 0xFF
        path.write_bytes(flipped)
        try:
            read_checked(path)
        except ArchiveError:
            continue
        # Some fields of a zip, such as a time, say nothing of its files.
        with zipfile.ZipFile(path) as one, zipfile.ZipFile(archive) as other:
            assert {n: one.read(n) for n in one.namelist()} == {
                n: other.read(n) for n in other.namelist()
            }


def entry(name: str, mode: int = stat.S_IFREG, packed: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    own = zipfile.ZipInfo(name)
    own.external_attr, own.compress_type = mode << 16, packed
    return own


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("own", "fault"),
    [
        (entry("/etc/passwd"), "unsafe name"),
        (entry("../up"), "unsafe name"),
        (entry("a/../../up"), "unsafe name"),
        (entry("a//b"), "unsafe name"),
        (entry("./a"), "unsafe name"),
        (entry("a\\..\\b"), "unsafe name"),
        (entry("C:x"), "unsafe name"),
        (entry("a\x1b[2Jb"), "unsafe name"),
        (entry("folder/"), "unsafe name"),
        (entry("link", stat.S_IFLNK), "a link"),
        (entry("pipe", stat.S_IFIFO), "a link"),
        (entry("a", packed=zipfile.ZIP_BZIP2), "not packed by deflate"),
        (entry(REPORT), "a name twice"),
        (entry(REPORT.upper()), "a name twice"),
    ],
    ids=lambda own: own.filename if isinstance(own, zipfile.ZipInfo) else "",
)
def test_a_hostile_entry_is_refused_before_it_is_read(
    own: zipfile.ZipInfo, fault: str, files: Files, tmp_path: Path
) -> None:
    # Also where someone listed it.
    path = zipped(mended(files | {own.filename: b"x"}), tmp_path / "archive.zip")
    with zipfile.ZipFile(path) as old:
        known = {name: old.read(name) for name in old.namelist() if name != own.filename}
    path = zipped(known if own.filename != REPORT else files, path)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(own, b"x")
    assert fault in refused(path)
    with pytest.raises(ArchiveError):
        unpack(path, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_what_unpacks_to_very_much_is_refused(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in mended(files | {"zeros": bytes(10**8)}).items():
            file.writestr(name, content)
    monkeypatch.setattr(contents, "LARGEST", 2 * 10**8)
    read_checked(path)
    monkeypatch.setattr(contents, "LARGEST", 10**8)
    monkeypatch.setattr(contents, "RATIO", 10)
    assert "unpack to" in refused(path)
    monkeypatch.setattr(contents, "LARGEST", 10**8 - 1)
    assert "'zeros': 100000000 bytes" in refused(path)


def test_a_file_that_expands_beyond_what_it_says_is_refused(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "lying.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in mended(files | {"zeros": bytes(10**6)}).items():
            file.writestr(name, content)
    size = (10**6).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (100).to_bytes(4, "little")))
    assert "zeros: damaged" in refused(path)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\5\6" + bytes(18)])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(content)
    assert refused(path)
    assert "cannot be read" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / "none")


NEED = {"what": "a model", "path": None}


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("format", 2),
        ("tables", {}),
        ("tables", {"intact": [["m", "b", "../record"]], "sources": []}),
        ("tables", {"intact": [], "sources": [{"record": REPORT, "mask": "/etc/passwd"}]}),
        ("tables", {"intact": [["m", "b"]], "sources": []}),
        ("needed", [{"what": 3, "path": None}]),
        *(("needed", [NEED | {"path": path}]) for path in (
            "../x", "/etc/x", "a/../../x", "results", "results/x", "~/x", ".", "", "...//etc/x", 3,
        )),
    ],
)  # fmt: skip
def test_a_listing_of_another_shape_is_refused(
    part: str, value: Any, files: Files, tmp_path: Path
) -> None:
    path = zipped(mended(files, **{part: value}), tmp_path / "archive.zip")
    assert LISTING in refused(path)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": 3}'])
def test_what_is_no_listing_is_refused(text: bytes, files: Files, tmp_path: Path) -> None:
    assert LISTING in refused(zipped(files | {LISTING: text}, tmp_path / "archive.zip"))


def test_a_list_with_a_mended_file_has_another_digest(files: Files, tmp_path: Path) -> None:
    listing = json.loads(files[LISTING])
    listing["files"][REPORT]["sha256"] = digests.of_bytes(b"other")
    own = files | {REPORT: b"other", LISTING: json.dumps(listing).encode()}
    assert "its digest differs" in refused(zipped(own, tmp_path / "archive.zip"))


def test_an_archive_is_unpacked_into_a_new_folder_alone(archive: Path, tmp_path: Path) -> None:
    unpack(archive, tmp_path / "new")
    with zipfile.ZipFile(archive) as file:
        for name in file.namelist():
            assert (tmp_path / "new" / name).read_bytes() == file.read(name)
    with pytest.raises(ArchiveError, match="not empty"):
        unpack(archive, tmp_path / "new")
