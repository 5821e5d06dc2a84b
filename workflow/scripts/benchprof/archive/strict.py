"""JSON that every reader reads alike, and the shape that it should have."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchprof.archive.container import MALFORMED
from benchprof.archive.layout import ArchiveError


@dataclass(frozen=True)
class Fields:
    """The shape of an object: that of each field, and whether it may have others."""

    needed: Mapping[str, Any]
    optional: Mapping[str, Any] = field(default_factory=dict)
    open: bool = False


NUMBER = (int, float)
Shape = Any
"""A type, a tuple of shapes (any of them), [shape] (a list), {str: shape} or `Fields`."""


def load_json(content: bytes, name: str) -> Any:
    """A JSON value in UTF-8, without a key twice and without NaN.

    Raises:
        ArchiveError: it is none.
    """
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except MALFORMED as error:
        raise ArchiveError(f"{name}: not JSON ({error or type(error).__name__})") from None


def check_shape(value: Any, shape: Shape, where: str) -> None:
    """Compare a JSON value with the shape that it should have.

    Raises:
        ArchiveError: names the file, the key, the value and what was expected.
    """
    if isinstance(shape, tuple) and isinstance(value, dict):
        # An object, or null.
        shape = next((own for own in shape if isinstance(own, Fields)), shape)
    if isinstance(shape, Fields) and isinstance(value, dict):
        _check_fields(value, shape, where)
    elif isinstance(shape, list) and isinstance(value, list):
        # Of a million scores one look at all will do.
        if {*map(type, value)} <= _types(shape[0]):
            return
        for number, entry in enumerate(value):
            check_shape(entry, shape[0], f"{where}[{number}]")
    elif isinstance(shape, dict) and isinstance(value, dict):
        for key, entry in value.items():
            check_shape(entry, shape[str], f"{where}.{key}")
    elif not _is_of(value, shape):
        found = repr(value)
        found = found if len(found) <= 60 else f"{found[:60]}..."
        raise ArchiveError(f"{where}: {found}; expected {_words(shape)}")


def _check_fields(value: Mapping[str, Any], shape: Fields, where: str) -> None:
    for key, own in {**shape.needed, **shape.optional}.items():
        if key in value:
            check_shape(value[key], own, f"{where}.{key}")
        elif key in shape.needed:
            raise ArchiveError(f"{where}: lacks {key}; expected {_words(own)}")
    unknown = value.keys() - shape.needed.keys() - shape.optional.keys()
    if unknown and not shape.open:
        raise ArchiveError(f"{where}: {min(unknown)!r}; expected no such field")


def _types(shape: Shape) -> set[Shape]:
    """The types that a shape is of; none where it says more than a type."""
    return {
        own for own in (shape if isinstance(shape, tuple) else (shape,)) if isinstance(own, type)
    }


def _is_of(value: Any, shape: Shape) -> bool:
    if isinstance(shape, tuple):
        return any(_is_of(value, own) for own in shape)
    # True is an int to Python.
    return isinstance(shape, type) and isinstance(value, shape) and type(value) is not bool


def _words(shape: Shape) -> str:
    if isinstance(shape, tuple):
        return " or ".join(map(_words, shape))
    if isinstance(shape, list):
        return "a list"
    if isinstance(shape, Fields | dict):
        return "an object"
    words = {str: "a text", int: "a whole number", float: "a number", list: "a list",
             type(None): "null"}  # fmt: skip
    return words[shape]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} twice")
        found[key] = value
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text}, which is no number")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)
