"""The first difference of two files, in words."""

from __future__ import annotations

import csv
import io
import json
import struct
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tests.golden.normal import split_tensors

MISSING = "nothing"
LONGEST = 80
TYPES = {"F32": "<f4", "I32": "<i4", "I64": "<i8", "F64": "<f8"}


def first_difference(path: str, first: bytes, second: bytes) -> str:
    """Where two files begin to differ, and what stands there in either."""
    suffix = path.rpartition(".")[2]
    try:
        found = next(_differences(suffix, first, second), None)
    except (ValueError, LookupError, TypeError, struct.error, pa.ArrowException):
        found = None
    return found or _of_bytes(first, second)


def _differences(suffix: str, first: bytes, second: bytes) -> Iterator[str]:
    if suffix == "json":
        yield from _of_values("", json.loads(first), json.loads(second))
    elif suffix == "csv":
        yield from _of_csv(first.decode(), second.decode())
    elif suffix == "parquet":
        yield from _of_tables(_table(first), _table(second))
    elif suffix == "safetensors":
        yield from _of_tensors(first, second)
    elif suffix not in ("png", "svg"):
        yield from _of_lines(first.decode(), second.decode())


def _said(where: str, first: Any, second: Any) -> str:
    return f"{where}: {_short(first)} | {_short(second)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _of_values(where: str, first: Any, second: Any) -> Iterator[str]:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in dict.fromkeys([*first, *second]):
            inner = f"{where}.{key}" if where else str(key)
            yield from _of_values(inner, first.get(key, MISSING), second.get(key, MISSING))
    elif isinstance(first, list) and isinstance(second, list):
        for place, (one, other) in enumerate(zip_longest(first, second, fillvalue=MISSING)):
            yield from _of_values(f"{where}[{place}]", one, other)
    elif repr(first) != repr(second):
        yield _said(where or "all", first, second)


def _of_csv(first: str, second: str) -> Iterator[str]:
    tables = [list(csv.reader(io.StringIO(text))) for text in (first, second)]
    names = tables[0][0] if tables[0] == [] or tables[0][:1] == tables[1][:1] else []
    for line, rows in enumerate(zip_longest(*tables, fillvalue=[]), start=1):
        for place, (one, other) in enumerate(zip_longest(*rows, fillvalue=MISSING)):
            if one != other:
                column = names[place] if place < len(names) else f"column {place + 1}"
                yield _said(f"row {line}, {column}", one, other)


def _table(content: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(content))


def _of_tables(first: pa.Table, second: pa.Table) -> Iterator[str]:
    if first.schema != second.schema:
        names = first.column_names, second.column_names
        yield _said("columns", *(names if names[0] != names[1] else (first.schema, second.schema)))
    for name in first.column_names:
        pairs = zip_longest(first[name].to_pylist(), second[name].to_pylist(), fillvalue=MISSING)
        for row, (one, other) in enumerate(pairs):
            if repr(one) != repr(other):
                yield _said(f"row {row}, {name}", one, other)


def _of_tensors(first: bytes, second: bytes) -> Iterator[str]:
    (own, table, data), (others, other_table, other_data) = map(split_tensors, (first, second))
    # The digest of all says nothing that the rest does not say better.
    for metadata in (own, others):
        metadata.pop("sha256", None)
    yield from _of_values("metadata", own, others)
    yield from _of_values("tensors", table, other_table)
    for name, entry in table.items():
        start, end = entry["data_offsets"]
        pair = [np.frombuffer(d[start:end], TYPES[entry["dtype"]]) for d in (data, other_data)]
        for place in np.flatnonzero(pair[0] != pair[1])[:1]:
            yield _said(f"{name}, entry {place}", pair[0][place].item(), pair[1][place].item())


def _of_lines(first: str, second: str) -> Iterator[str]:
    pairs = zip_longest(first.splitlines(), second.splitlines(), fillvalue=MISSING)
    for number, (one, other) in enumerate(pairs, start=1):
        if one != other:
            yield _said(f"line {number}", *_from_difference(one, other))


def _from_difference(first: str, second: str) -> tuple[str, str]:
    """Two long lines from shortly before their first different character on."""
    pairs = enumerate(zip(first, second, strict=False))
    place = next((n for n, (one, other) in pairs if one != other), min(len(first), len(second)))
    start = max(0, place - 20)
    return first[start:], second[start:]


def _of_bytes(first: bytes, second: bytes) -> str:
    length = min(len(first), len(second))
    ours, theirs = (np.frombuffer(content[:length], np.uint8) for content in (first, second))
    places = np.flatnonzero(ours != theirs)
    place = int(places[0]) if len(places) else length
    return f"byte {place} ({len(first)} | {len(second)} bytes)"
