"""What made a safetensors file, read and compared with its digest without torch.

Importing torch takes longer than reading a mask, and tables and texts need no more of one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from safetensors import SafetensorError, safe_open

from benchprof import digests
from benchprof.errors import InputError

# One key: safetensors writes several in an order that changes from run to run.
KEY = "benchprof"
DIGEST = "sha256"
EXPONENTS = "exponents"
"""The key of the exponents, by tensor, of the powers of two that tensors are divided by, if any."""
TYPES = {
    "BOOL": "torch.bool", "U8": "torch.uint8", "I8": "torch.int8", "I16": "torch.int16",
    "I32": "torch.int32", "I64": "torch.int64", "F16": "torch.float16", "BF16": "torch.bfloat16",
    "F32": "torch.float32", "F64": "torch.float64",
}  # fmt: skip
"""Types of entries, as a file's header has them and as its digest does."""
UNREADABLE = (
    SafetensorError, OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError,
)  # fmt: skip
"""What reading a file raises that this program did not write."""
EXPECTED = "safetensors with an origin and a digest, as this version writes them"


def read_origin(path: Path) -> dict[str, Any]:
    """What made a file, without a look at its tensors.

    Raises:
        InputError: the file is missing, or not one that this program wrote.
    """
    _, origin = _unverified(path)
    origin.pop(EXPONENTS, None)
    return origin


def noted_digest(path: Path) -> str:
    """The digest that a file carries, with which its content has not been compared.

    Raises:
        InputError: as `read_origin` raises it.
    """
    digest, _ = _unverified(path)
    return digest


def verified_origin(path: Path) -> dict[str, Any]:
    """What made a file, once all that it holds agrees with its digest; a gigabyte takes a second.

    Raises:
        InputError: as `open_verified` raises it.
    """
    _, origin, _ = open_verified(path, "numpy")
    return origin


def open_verified(path: Path, framework: str) -> tuple[Any, dict[str, Any], dict[str, int]]:
    """A file as safetensors opens it for a framework, what made it, and its exponents.

    Raises:
        InputError: the file is missing, damaged, or not one that this program wrote.
    """
    remedy = "Delete it and run again."
    try:
        opened = safe_open(path, framework)
        origin = _noted(opened)
        noted = origin.pop(DIGEST)
        with path.open("rb") as file:
            digest = digest_of(origin, _stored(file))
        exponents = origin.pop(EXPONENTS, {})
    except UNREADABLE as error:
        raise InputError(path, f"cannot be read ({error!r})", EXPECTED, remedy) from None
    if digest != noted:
        raise InputError(path, "its digest differs from its content", "an intact file", remedy)
    return opened, origin, exponents


def key_of(entry: Path) -> str:
    """The key of what a file of the store holds, which is compared with its digest.

    Raises:
        InputError: as `open_verified` raises it.
    """
    return digests.of_value(verified_origin(entry))


def canonical(value: Any) -> str:
    """The one way to write an origin."""
    return json.dumps(value, sort_keys=True, allow_nan=False)


def digest_of(origin: Any, tensors: Iterable[tuple[str, str, list[int], Iterable[Any]]]) -> str:
    """SHA-256 of the origin and of each tensor's name, type, shape and bytes.

    Args:
        origin: what made them.
        tensors: of each the name, the type as torch has it, the shape and the bytes, in parts.
    """
    digest = hashlib.sha256(canonical(origin).encode())
    for name, kind, shape, parts in tensors:
        digest.update(f"{name} {kind} {shape}".encode())
        for part in parts:
            digest.update(part)
    return digest.hexdigest()


def _unverified(path: Path) -> tuple[str, dict[str, Any]]:
    """The digest, and the origin with the exponents."""
    try:
        origin = _noted(safe_open(path, "numpy"))
        digest: str = origin.pop(DIGEST)
    except UNREADABLE as error:
        raise InputError(path, f"cannot be read ({error!r})", EXPECTED) from None
    return digest, origin


def _noted(opened: Any) -> dict[str, Any]:
    """The origin with the digest; safetensors has compared the header with the file's size."""
    noted: dict[str, Any] = json.loads((opened.metadata() or {})[KEY])
    return noted


def _stored(file: BinaryIO) -> Iterator[tuple[str, str, list[int], Iterator[bytes]]]:
    """Each tensor of a file, by name."""
    length = int.from_bytes(file.read(8), "little")
    header = json.loads(file.read(length))
    for name in sorted(header.keys() - {"__metadata__"}):
        tensor = header[name]
        first, last = (8 + length + offset for offset in tensor["data_offsets"])
        yield name, TYPES[tensor["dtype"]], tensor["shape"], _parts(file, first, last)


def _parts(file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    file.seek(first)
    for begin in range(first, last, digests.CHUNK):
        yield file.read(min(digests.CHUNK, last - begin))
