"""A stranger's zip file or folder: its names, sizes and layout are checked before it is read."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import os
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from benchprof.archive.layout import ArchiveError, Entry, read_layout
from benchprof.archive.limits import DEFAULT_LIMITS, REMEDY, Limits

CHUNK = 1 << 20
# A ratio says nothing of a small file: a hundred equal lines shrink to ten bytes.
SMALL = 1 << 20
DEEPEST = 32
"""Levels of folders: each of a name's folders is remembered."""
# What no name holds: separators of another system, and what ends a name early there.
FOREIGN = frozenset("\\:\x7f") | {chr(code) for code in range(32)}
LONGEST_PART, LONGEST_NAME = 255, 2000
# What reading a file of another shape than expected may raise.
MALFORMED = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
    MemoryError, csv.Error, struct.error,
)  # fmt: skip


class Archive:
    """A zip file or an unpacked folder whose names and sizes are sound."""

    def __init__(self, path: Path, limits: Limits = DEFAULT_LIMITS) -> None:
        """Open it.

        Raises:
            ArchiveError: it is neither, is more than `limits` allow, or holds something that is
                no plain file with a name of its own.
        """
        self.path = path
        self.limits = limits
        self._entries: dict[str, Entry] | None = None
        try:
            if path.is_dir():
                sizes = list(_files_below(path))
            elif path.exists() and not path.is_file():
                # Opening a pipe would wait for whoever writes into it.
                raise OSError("a pipe, socket or device")
            else:
                with path.open("rb") as stream:
                    entries = read_layout(stream, path.stat().st_size, limits.files)
                self._entries = {entry.name: entry for entry in entries}
                sizes = [(entry.name, entry.size) for entry in entries]
        except OSError as error:
            raise ArchiveError(f"{path}: cannot be read ({error}); expected a zip file") from None
        check_names(name for name, _ in sizes)
        self._sizes = dict(sizes)
        self.names = frozenset(self._sizes)
        self._check_sizes()

    def read(self, name: str, most: int) -> bytes:
        """A file's content.

        Raises:
            ArchiveError: it is missing, damaged or larger than `most` bytes.
        """
        size = self._size(name)
        if size > most:
            raise ArchiveError(f"{name}: {size} bytes; expected {most} at most: {REMEDY}")
        return b"".join(self.chunks(name))

    def check_parsed(self, name: str) -> None:
        """Stop before a file is parsed that would fill the memory.

        Raises:
            ArchiveError: it is missing or too large.
        """
        size, most = self._size(name), self.limits.parsed_bytes
        if size > most:
            found = f"{size} bytes to be parsed; expected {most} at most"
            raise ArchiveError(f"{name}: {found}: {REMEDY}")

    def digest(self, name: str) -> str:
        """SHA-256 of a file, which memory never holds whole.

        Raises:
            ArchiveError: it is missing or damaged.
        """
        digest = hashlib.sha256()
        for chunk in self.chunks(name):
            digest.update(chunk)
        return digest.hexdigest()

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file's content in pieces, which together have its listed size.

        Raises:
            ArchiveError: it is missing, damaged or of another size.
        """
        size = self._size(name)
        try:
            if self._entries is None:
                with _opened(self.path / name) as stream:
                    yield from _counted(iter(lambda: stream.read(CHUNK), b""), size, name)
            else:
                entry = self._entries[name]
                with self.path.open("rb") as stream:
                    yield from _counted(_unpacked(stream, entry), size, name)
        except (OSError, zlib.error) as error:
            raise ArchiveError(f"{name}: cannot be read ({error})") from None

    def _size(self, name: str) -> int:
        if name not in self._sizes:
            raise ArchiveError(f"{name}: missing")
        return self._sizes[name]

    def _check_sizes(self) -> None:
        limits = self.limits
        total = sum(self._sizes.values())
        if len(self._sizes) > limits.files or total > limits.total_bytes:
            found = f"{len(self._sizes)} files, {total} bytes unpacked"
            expected = f"{limits.files} files and {limits.total_bytes} bytes at most"
            raise ArchiveError(f"{self.path}: {found}; expected {expected}: {REMEDY}")
        for name, size in self._sizes.items():
            if size > limits.file_bytes:
                found = f"{size} bytes; expected {limits.file_bytes} at most"
                raise ArchiveError(f"{name}: {found}: {REMEDY}")
            packed = self._entries[name].packed if self._entries else size
            if size > max(SMALL, limits.ratio * packed):
                found = f"{size} bytes packed into {packed}"
                expected = f"{limits.ratio} times at most"
                raise ArchiveError(f"{name}: {found}; expected {expected}: {REMEDY}")


def check_names(names: Iterable[str]) -> None:
    """Stop if a name leads out of its folder, or if some file system takes two names for one.

    Raises:
        ArchiveError: names it.
    """
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        _check_name(name)
        folded = _folded(name)
        if folded in files:
            what = "a name twice" if files[folded] == name else f"nearly the name {files[folded]!r}"
            raise ArchiveError(f"{name!r}: {what}: one would overwrite the other")
        files[folded] = name
        end = name.rfind("/")
        while end > 0:
            folder = name[:end]
            if folders.setdefault(_folded(folder), folder) != folder:
                other = folders[_folded(folder)]
                raise ArchiveError(f"{name!r}: nearly a name in the folder {other!r}")
            end = name.rfind("/", 0, end)
    both = sorted(files.keys() & folders.keys())
    if both:
        raise ArchiveError(f"{files[both[0]]!r}: a file and a folder")


def _check_name(name: str) -> None:
    parts = name.split("/")
    if len(parts) > DEEPEST:
        raise ArchiveError(f"{name[:80]!r}...: {len(parts)} levels; expected {DEEPEST} at most")
    if FOREIGN & set(name) or name.startswith("/") or ".." in parts:
        raise ArchiveError(f"{name!r}: a path that may lead out of the archive's folder")
    if not name.isprintable():
        raise ArchiveError(f"{name!r}: a name with characters that no one sees")
    if any(part in ("", ".") or part[-1] in ". " for part in parts):
        raise ArchiveError(f"{name!r}: a folder, or a name not in its plain form")
    if unicodedata.normalize("NFC", name) != name:
        raise ArchiveError(f"{name!r}: a name not in composed Unicode (NFC)")
    try:
        longest = max(len(part.encode()) for part in parts)
    except UnicodeEncodeError:
        raise ArchiveError(f"{name!r}: a name that is no Unicode text") from None
    if longest > LONGEST_PART or len(name.encode()) > LONGEST_NAME:
        raise ArchiveError(f"{name[:40]!r}...: a name longer than file systems take")


def _folded(name: str) -> str:
    """A name as file systems see it that tell neither cases nor Unicode forms apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _files_below(folder: Path) -> Iterator[tuple[str, int]]:
    """Name and size of each file; nothing else may lie below the folder."""
    left = [""]
    while left:
        prefix = left.pop()
        empty = True
        for own in sorted(os.scandir(folder / prefix), key=lambda own: own.name):
            empty = False
            name, found = f"{prefix}{own.name}", own.stat(follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode):
                left.append(f"{name}/")
            elif stat.S_ISREG(found.st_mode):
                yield name, found.st_size
            else:
                what = "a link, pipe, socket or device"
                raise ArchiveError(f"{name}: {what}; expected files alone")
        if empty:
            raise ArchiveError(f"{prefix or folder}: an empty folder, which nothing lists")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a plain file, and nothing that took its place since the folder was read."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(f"{path} is not a plain file")
        yield stream


def _counted(chunks: Iterable[bytes], size: int, name: str) -> Iterator[bytes]:
    """The pieces, up to the first one that exceeds the size; another size is an error."""
    left = size
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise ArchiveError(f"{name}: cannot be read (it is not of the size it says, {size} bytes)")


def _unpacked(stream: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """An entry's content in pieces of limited size, however large the content is."""
    checksum = 0
    for chunk in _inflated(_packed(stream, entry)) if entry.deflated else _packed(stream, entry):
        checksum = zlib.crc32(chunk, checksum)
        yield chunk
    if checksum != entry.checksum:
        raise ArchiveError(f"{entry.name}: cannot be read (its CRC-32 differs from its content)")


def _packed(stream: BinaryIO, entry: Entry) -> Iterator[bytes]:
    stream.seek(entry.start)
    left = entry.packed
    while left:
        chunk = stream.read(min(left, CHUNK))
        if not chunk:
            raise OSError("the file ends early")
        left -= len(chunk)
        yield chunk


def _inflated(packed: Iterable[bytes]) -> Iterator[bytes]:
    """A deflated stream unpacked; all of it is one stream."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in packed:
        rest = chunk
        while rest:
            if inflate.eof:
                raise OSError("bytes after the end of its content")
            yield inflate.decompress(rest, CHUNK)
            rest = inflate.unconsumed_tail or inflate.unused_data
    while not inflate.eof:
        more = inflate.decompress(inflate.unconsumed_tail, CHUNK)
        if not more:
            raise OSError("its content ends early")
        yield more
