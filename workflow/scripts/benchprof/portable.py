"""Values without the paths of one machine."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any


def portable(value: Any) -> Any:
    """A JSON value in which every absolute path became a relative one.

    Paths below the working folder stay resolvable from there; of others only the name is kept,
    behind an ellipsis, since their folders tell of a machine and its users.
    """
    if isinstance(value, dict):
        return {portable(key): portable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [portable(entry) for entry in value]
    if isinstance(value, Path):
        return portable(str(value))
    if isinstance(value, str):
        return _portable_text(value)
    return value


def _portable_text(text: str) -> str:
    windows = PureWindowsPath(text)
    if not (text.startswith(("/", "~", "file:/")) or windows.drive):
        return text
    path = PurePosixPath(text.removeprefix("file:").replace("\\", "/"))
    working = Path.cwd().as_posix()
    return str(path.relative_to(working)) if path.is_relative_to(working) else f".../{path.name}"
