"""What may differ between two commits without a difference of results, and nothing else.

A file is normalised by putting a mark in the place of the fields below. That is done only where the
file is what this checkout's writers make of its content: another layout, or another way to write a
number, stays a difference of bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from benchprof.files import as_json
from benchprof.origin import KEY

Field = tuple[str, ...]
"""Keys from the outside in; `*` stands for any key."""

MARK = "normalised"
RECORD: tuple[Field, ...] = (
    # Digest of the scoring modules, which has their names in it.
    ("origin", "code"),
    # How long it took, and where; `truncated` beside them is a result.
    ("origin", "made", "seconds"),
    ("origin", "made", "device"),
    ("origin", "made", "software"),
    ("origin", "made", "machine"),
    # SHA-256 of all lines before it, so also of these.
    ("digest",),
)
# `sha256` is over the rest of the metadata, so also over `code`, and over the tensors, which are
# compared themselves.
TENSORS: tuple[Field, ...] = (("code",), ("sha256",))
# What made each importance that a mask was selected from, with the digest of that code.
MASK: tuple[Field, ...] = (*TENSORS, ("importance", "*", "code"))
FIELDS: dict[str, tuple[Field, ...]] = {
    "evaluations/*/*/*.json": RECORD,
    "calibration/*/*/*.json": RECORD,
    "replication/*/*/*.json": RECORD,
    "calibration/*/*.json": (("digests", "code"),),
    "importance/*/*.safetensors": TENSORS,
    "masks/*/*/*.safetensors": MASK,
}
"""By pattern of a file's path below results/: its fields, or those of its metadata."""


@dataclass(frozen=True)
class Normal:
    """A file's bytes with marks, and what they stand in the place of."""

    content: bytes
    found: dict[Field, list[Any]]


def fields_of(path: str) -> tuple[Field, ...]:
    """The fields of a file that are normalised; none for most."""
    parts = path.split("/")
    for pattern, fields in FIELDS.items():
        wanted = pattern.split("/")
        if len(wanted) == len(parts) and all(map(fnmatchcase, parts, wanted)):
            return fields
    return ()


def normalised(path: str, content: bytes) -> Normal | None:
    """A file with marks; None where it has no such fields or is not laid out as it should be."""
    fields = fields_of(path)
    if not fields:
        return None
    try:
        if path.endswith(".safetensors"):
            return _normal_tensors(content, fields)
        value = json.loads(content)
        return _marked(value, fields) if as_json(value).encode() == content else None
    except (ValueError, LookupError, TypeError, AttributeError, struct.error):
        return None


def split_tensors(content: bytes) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """The metadata, the table of tensors and the tensors' bytes of a safetensors file.

    Raises:
        ValueError, LookupError, TypeError, struct.error: it is not one of this project's.
    """
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    metadata: dict[str, Any] = json.loads(header.pop("__metadata__")[KEY])
    return metadata, header, content[8 + length :]


def _normal_tensors(content: bytes, fields: Sequence[Field]) -> Normal | None:
    metadata, table, data = split_tensors(content)
    if _joined(metadata, table, data) != content:
        return None
    normal = _marked(metadata, fields)
    return Normal(_joined(json.loads(normal.content), table, data), normal.found)


def _joined(metadata: dict[str, Any], table: dict[str, Any], data: bytes) -> bytes:
    """A safetensors file as `benchprof.tensors` writes it."""
    own = {KEY: json.dumps(metadata, sort_keys=True, allow_nan=False)}
    text = json.dumps(
        {"__metadata__": own} | table, separators=(",", ":"), ensure_ascii=False
    ).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def _marked(value: Any, fields: Sequence[Field]) -> Normal:
    found: dict[Field, list[Any]] = {}
    for field in fields:
        for holder in _holders(value, field[:-1]):
            if isinstance(holder, dict) and field[-1] in holder:
                found.setdefault(field, []).append(holder[field[-1]])
                holder[field[-1]] = MARK
    return Normal(as_json(value).encode(), found)


def _holders(value: Any, keys: Sequence[str]) -> Iterator[Any]:
    """What lies at the end of `keys` in a value."""
    if not keys:
        yield value
    elif isinstance(value, dict):
        inner = value.values() if keys[0] == "*" else [value.get(keys[0])]
        for own in inner:
            yield from _holders(own, keys[1:])
