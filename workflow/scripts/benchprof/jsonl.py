"""JSON Lines files given by others, checked before anything is computed from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchprof.errors import InputError


def read_objects(path: Path, what: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of a JSON Lines file with where it stands ("file, line n").

    Blank lines and a byte-order mark are passed over. Only a line feed ends a line: a text may
    hold other separators, such as U+2028.

    Args:
        path: the file.
        what: what its objects are, for messages.

    Raises:
        InputError: the file is missing, empty, not UTF-8, or a line is not one JSON object with
            each key once, of text that can be written.
    """
    if not path.is_file():
        raise InputError(path, "no such file", f"a JSON Lines file of {what}", "Check the path.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        raise InputError(path, found, "text in UTF-8", "Convert the file.") from None
    if not text.strip():
        raise InputError(path, "the file is empty", f"{what}, one JSON object per line")
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            value = json.loads(line, object_pairs_hook=_object, parse_constant=_refuse)
            json.dumps(value, ensure_ascii=False).encode()
        except json.JSONDecodeError as error:
            found = f"not JSON ({error.msg} at column {error.colno})"
            raise InputError(where, found, "one JSON object per line", "Fix the line.") from None
        except UnicodeEncodeError:
            found = "half of a surrogate pair"
            raise InputError(where, found, "text that UTF-8 can hold", "Fix the line.") from None
        except (ValueError, RecursionError) as error:
            found = f"not JSON that can be read ({error})"
            raise InputError(where, found, "one JSON object per line", "Fix the line.") from None
        if not isinstance(value, dict):
            raise InputError(where, f"a {type(value).__name__}", "a JSON object", "Fix the line.")
        if "\\u0000" in line and _holds_nul(value):
            raise InputError(where, "a text with a NUL character", "text", "Fix the line.")
        yield where, value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; where a key is said twice, JSON readers silently keep the last one."""
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} occurs twice")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_nul, [*value, *value.values()]))
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\0" in value
