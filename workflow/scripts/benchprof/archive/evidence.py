"""Records and masks, which carry their own digests: read without the library, and compared."""

from __future__ import annotations

import array
import hashlib
import json
import math
import sys
from collections.abc import Mapping
from statistics import StatisticsError, fmean
from typing import Any

from benchprof.archive.container import CHUNK, MALFORMED
from benchprof.archive.layout import ArchiveError
from benchprof.archive.strict import NUMBER, Fields, check_shape, load_json
from benchprof.evaluation.fields import Record

# A model's tensors take 200 bytes each.
LARGEST_HEADER = 1 << 24
MOST_METRICS = 1000
MOST_SETS = 10_000
INDEX_TYPES = {"I32": ("torch.int32", "i"), "I64": ("torch.int64", "q")}
"""Types of a mask's indices: in a file's header, in its digest, and as Python's `array` has it."""

SCORES = {str: NUMBER}
# Of a record, what the check or a later job reads; docs/reference/file_formats.md has all of it.
RECORD = Fields(
    {
        "format": int,
        "origin": Fields(
            {
                "model": Fields({"digest": str, "dtype": str}, open=True),
                "mask": (Fields({"digest": str}, {"method": str}, open=True), type(None)),
                "requests": Fields({"digest": str}, open=True),
                "code": str,
            },
            open=True,
        ),
        "n": int,
        "guessing": NUMBER,
        "scores": SCORES,
        "tasks": {str: Fields({"n": int, "scores": SCORES})},
        "items": Fields(
            {
                "task": [str],
                "index": [int],
                "digest": [str],
                "gold": [list],
                "scores": {str: [NUMBER]},
                "responses": [list],
            },
            open=True,
        ),
    },
    {
        "pool": Fields(
            {
                "n": int,
                "outside": NUMBER,
                "sets": [
                    Fields(
                        {
                            "options": [str],
                            "uniform": NUMBER,
                            "tasks": {str: Fields({"n": int, "right": [int]})},
                        },
                        open=True,
                    )
                ],
            }
        )
    },
    open=True,
)


def check_mask(content: bytes, name: str) -> dict[str, Any]:
    """Compare a mask with its digests and give what it says of itself, `digest` of its entries.

    Raises:
        ArchiveError: it is not a mask's file, or a digest differs.
    """
    try:
        length = int.from_bytes(content[:8], "little")
        if length > LARGEST_HEADER:
            raise ValueError(f"a header of {length} bytes")
        header = load_json(content[8 : 8 + length], name)
        origin = load_json(header.pop("__metadata__")["benchprof"].encode(), name)
        noted = origin.pop("sha256"), origin["digest"]
        # Less than 0 where the file ends within its header.
        _check_layout(header, len(content) - 8 - length)
        found = _digests(header, origin, memoryview(content)[8 + length :])
    except MALFORMED as error:
        raise ArchiveError(f"{name}: not a mask ({error!r})") from None
    if found != noted:
        raise ArchiveError(f"{name}: its digest differs from its content")
    return dict(origin)


def _check_layout(header: Mapping[str, Any], size: int) -> None:
    """Stop where bytes behind a mask's header are of no tensor, or of two.

    Args:
        header: type, shape and place of each tensor, by name.
        size: how many bytes are behind it.

    Raises:
        ValueError: says where.
    """
    place = 0
    for tensor, own in sorted(header.items(), key=lambda pair: pair[1]["data_offsets"]):
        start, end = own["data_offsets"]
        if start != place or end < start:
            raise ValueError(f"bytes of no tensor, or of two, before {tensor}")
        place = end
    if place != size:
        raise ValueError("bytes of no tensor at the end")


def _digests(
    header: Mapping[str, Any], origin: Mapping[str, Any], data: memoryview
) -> tuple[str, str]:
    """The digests of a mask's file and of its entries.

    Args:
        header: type, shape and place of each tensor, by name.
        origin: what the mask says of itself, without the first of the two.
        data: the bytes behind the header.
    """
    whole = hashlib.sha256(json.dumps(origin, sort_keys=True, allow_nan=False).encode())
    unit = origin.get("unit", "weight")
    # `Mask.digest` begins with the unit too, except for masks of weights.
    entries = hashlib.sha256(b"" if unit == "weight" else f"{unit};".encode())
    for tensor, own in sorted(header.items()):
        start, end = own["data_offsets"]
        kind, code = INDEX_TYPES[own["dtype"]]
        whole.update(f"{tensor} {kind} {own['shape']}".encode())
        whole.update(data[start:end])
        entries.update(f"{tensor}:{(end - start) // array.array(code).itemsize};".encode())
        for chunk in range(start, end, CHUNK):
            entries.update(_widened(data[chunk : min(chunk + CHUNK, end)], code))
    return whole.hexdigest(), entries.hexdigest()


def _widened(data: memoryview, code: str) -> bytes:
    """Indices, of a type that `array` has by `code`, as ones of 8 bytes.

    Raises:
        ValueError: they are none.
    """
    indices = array.array(code, bytes(data))
    if sys.byteorder == "big":
        indices.byteswap()
    if min(indices) < 0:
        raise ValueError("an index below 0")
    wide = array.array("q", indices)
    if sys.byteorder == "big":
        wide.byteswap()
    return wide.tobytes()


def check_record(content: bytes, name: str) -> Record:
    """Compare a record with its digest and its shape, and its means with its items' scores.

    Raises:
        ArchiveError: they differ.
    """
    record: Record = load_json(content, name)
    check_shape(record, RECORD, name)
    body, _, sealed = content.rpartition(b' "digest": ')
    if sealed != f'"{hashlib.sha256(body).hexdigest()}"\n}}\n'.encode():
        raise ArchiveError(f"{name}: its digest differs from its content")
    n, items = record["n"], record["items"]
    lists = {part: own for part, own in items.items() if isinstance(own, list)}
    lists |= {f"scores.{metric}": own for metric, own in items["scores"].items()}
    for part, own in lists.items():
        if len(own) != n:
            raise ArchiveError(f"{name}: items.{part} has {len(own)} entries of {n} items")
    if record["scores"].keys() != items["scores"].keys():
        raise ArchiveError(f"{name}: scores are of other metrics than items.scores")
    sets = len(record["pool"]["sets"]) if "pool" in record else 0
    for part, count, most in (
        ("scores", len(record["scores"]), MOST_METRICS),
        ("pool.sets", sets, MOST_SETS),
    ):
        if count > most:
            raise ArchiveError(f"{name}: {count} {part}; expected {most} at most")
    for metric, scores in items["scores"].items():
        if not _is_mean(record["scores"][metric], scores):
            raise ArchiveError(f"{name}: scores.{metric} is not the mean of the items' scores")
    _check_tasks(record, name)
    return record


def _check_tasks(record: Record, name: str) -> None:
    """Compare what a record says of each task with its items."""
    numbers: dict[str, list[int]] = {}
    for number, task in enumerate(record["items"]["task"]):
        numbers.setdefault(task, []).append(number)
    if record["tasks"].keys() != numbers.keys():
        raise ArchiveError(f"{name}: tasks are others than those of the items")
    for task, said in record["tasks"].items():
        own = numbers[task]
        if said["n"] != len(own) or said["scores"].keys() != record["scores"].keys():
            raise ArchiveError(f"{name}: tasks.{task} is not of its {len(own)} items")
        for metric, scores in record["items"]["scores"].items():
            if not _is_mean(said["scores"][metric], [scores[number] for number in own]):
                raise ArchiveError(f"{name}: tasks.{task}.scores.{metric} is not their mean")


def _is_mean(mean: float, scores: list[float]) -> bool:
    try:
        return all(map(math.isfinite, scores)) and fmean(scores) == mean
    except (ArithmeticError, StatisticsError):
        # Whole numbers beyond floating point, or no items.
        return False
