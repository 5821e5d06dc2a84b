"""Where the bytes of a zip file belong: each to one entry, so that every reader sees the same.

Zip's format lets a file hold what its list of entries does not name: bytes before, between and
after entries, two lists, comments, other names beside the content. An archive of a run needs none
of it. Python's zipfile reads over it, so the layout is read here.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from benchprof.archive.limits import REMEDY

# The fields of PKWARE's APPNOTE 6.3: 4.3.7, 4.3.12, 4.3.14, 4.3.15 and 4.3.16.
LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR = struct.Struct("<4sLQL")
END = struct.Struct("<4s4H2LH")
# Flags: how hard deflate tried, and that the name is UTF-8. Others mean encryption or that sizes
# stand elsewhere.
DEFLATE_FLAGS, UTF8 = 0b110, 1 << 11
STORED, DEFLATED = 0, 8
# In an entry's offset field, this value says that the extra field holds the offset, and only that.
ELSEWHERE = 0xFFFFFFFF
EXTRA64 = struct.Struct("<2HQ")
DOS_FOLDER = 0x10


class ArchiveError(ValueError):
    """The archive is not what it says it is; the message names each file and what is wrong."""


@dataclass(frozen=True)
class Entry:
    """One file of a zip.

    Attributes:
        name: in the zip.
        start: where its packed bytes begin.
        packed: how many they are.
        size: how many bytes they unpack to.
        checksum: CRC-32 of these.
        deflated: whether they are packed at all.
    """

    name: str
    start: int
    packed: int
    size: int
    checksum: int
    deflated: bool


def read_layout(stream: BinaryIO, length: int, most: int) -> list[Entry]:
    """The entries of a zip in which every byte is an entry's or the list's.

    Args:
        stream: the file.
        length: its size in bytes.
        most: entries at most.

    Raises:
        ArchiveError: it is no zip, or holds bytes that no entry has.
    """
    count, size, start = _read_end(stream, length)
    if count > most:
        raise ArchiveError(f"{count} files; expected {most} at most: {REMEDY}")
    directory = _read(stream, start, size)
    entries = list(_entries(stream, directory, count))
    end = entries[-1].start + entries[-1].packed if entries else 0
    if end != start:
        raise ArchiveError("bytes between the last entry and the list of entries")
    return entries


def _read_end(stream: BinaryIO, length: int) -> tuple[int, int, int]:
    """Number of entries, and the size and place of their list; only the end may follow the list."""
    if length < END.size:
        raise ArchiveError("too short; expected a zip file")
    sign, disk, first, here, count, size, start, comment = END.unpack(
        _read(stream, length - END.size, END.size)
    )
    if sign != b"PK\5\6" or comment:
        raise ArchiveError(
            "no end of a zip where the file ends: it is incomplete, or something follows the zip; "
            "expected a zip file alone"
        )
    rest = END.size
    if length >= END.size + LOCATOR.size + END64.size:
        place = length - END.size - LOCATOR.size
        locator = LOCATOR.unpack(_read(stream, place, LOCATOR.size))
        if locator[0] == b"PK\6\7":
            place -= END64.size
            end = END64.unpack(_read(stream, place, END64.size))
            clipped = (min(end[7], 0xFFFF), min(end[8], ELSEWHERE), min(end[9], ELSEWHERE))
            sound = end[:2] == (b"PK\6\6", END64.size - 12) and locator[1:] == (0, place, 1)
            if not sound or end[4:6] != (0, 0) or (count, size, start) != clipped:
                raise ArchiveError("two ends of the zip that differ")
            here, count, size, start = min(end[6], 0xFFFF), *end[7:10]
            rest += LOCATOR.size + END64.size
    if (disk, first) != (0, 0) or here != min(count, 0xFFFF) or start + size + rest != length:
        raise ArchiveError("bytes before the zip, or between its list of entries and its end")
    return count, size, start


def _entries(stream: BinaryIO, directory: bytes, count: int) -> Iterator[Entry]:
    """Each entry, whose own header says what the list says, and follows the one before."""
    place = expected = 0
    for _ in range(count):
        if place + CENTRAL.size > len(directory):
            raise ArchiveError("the list of entries ends early")
        fields = CENTRAL.unpack_from(directory, place)
        if fields[0] != b"PK\1\2":
            raise ArchiveError("the list of entries is damaged")
        checksum, packed, size, name_length, extra_length, comment = fields[7:13]
        disk, attributes, offset = fields[13], fields[15], fields[16]
        begin = place + CENTRAL.size
        text = directory[begin : begin + name_length + extra_length]
        name = _name(text[:name_length], fields[3])
        method = fields[4]
        if method not in (STORED, DEFLATED) or (method == STORED and packed != size):
            raise ArchiveError(f"{name!r}: packed by method {method}; expected deflate or none")
        if comment or disk:
            raise ArchiveError(f"{name!r}: a comment, or on another disk; expected neither")
        if stat.S_IFMT(attributes >> 16) not in (0, stat.S_IFREG) or attributes & DOS_FOLDER:
            raise ArchiveError(f"{name!r}: a link or a folder; expected files alone")
        offset = _offset(text[name_length:], offset, name)
        if offset != expected:
            what = "bytes before it that no entry has, or bytes that two entries share"
            raise ArchiveError(f"{name!r}: {what}")
        _check_local(stream, offset, directory[place : place + CENTRAL.size], text[:name_length])
        start = offset + LOCAL.size + name_length
        yield Entry(name, start, packed, size, checksum, method == DEFLATED)
        expected = start + packed
        place += CENTRAL.size + name_length + extra_length
    if place != len(directory):
        raise ArchiveError("more in the list of entries than entries")


def _name(raw: bytes, flags: int) -> str:
    if flags & ~(DEFLATE_FLAGS | UTF8):
        raise ArchiveError(f"{raw!r}: encrypted, or written piece by piece; expected neither")
    try:
        return raw.decode("utf-8" if flags & UTF8 else "ascii")
    except UnicodeDecodeError:
        raise ArchiveError(f"{raw!r}: a name that is neither ASCII nor marked as UTF-8") from None


def _offset(extra: bytes, offset: int, name: str) -> int:
    """Where an entry is; far into a large zip the extra field says so, and nothing else."""
    if offset != ELSEWHERE and not extra:
        return offset
    if offset == ELSEWHERE and len(extra) == EXTRA64.size:
        kind, length, place = EXTRA64.unpack(extra)
        if (kind, length) == (1, 8):
            return int(place)
    raise ArchiveError(f"{name!r}: an extra field; expected none")


def _check_local(stream: BinaryIO, offset: int, listed: bytes, name: bytes) -> None:
    """Compare an entry's own header with what the list says of it."""
    own = _read(stream, offset, LOCAL.size + len(name))
    # From the flags to the length of the name the two have the same fields.
    same = own[:4] == b"PK\3\4" and own[6:28] == listed[8:30] and own[28:30] == b"\0\0"
    if not same or own[LOCAL.size :] != name:
        raise ArchiveError(f"{name!r}: its own header differs from the list of entries")


def _read(stream: BinaryIO, place: int, size: int) -> bytes:
    stream.seek(place)
    found = stream.read(size)
    if len(found) != size:
        raise ArchiveError("the file ends early")
    return found
