"""Values without the paths of one machine."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

OUTSIDE = "..."
"""Stands for the folders of a path outside the working folder."""
TASK_FILES = (".yaml", ".yml")
"""What these draw on lies beside or below them."""


def portable(value: Any, names: Mapping[PurePosixPath, str] | None = None) -> Any:
    """A JSON value in which every path became one that holds on any machine.

    Paths below the working folder stay resolvable from there; of others only the name is kept,
    behind an ellipsis, since their folders tell of a machine and its users.

    Args:
        value: a JSON value or a path.
        names: of `portable_names`, for paths that end alike.
    """
    if isinstance(value, Mapping):
        return {portable(key, names): portable(entry, names) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [portable(entry, names) for entry in value]
    if not isinstance(value, str | Path):
        return value
    place = _place(str(value))
    if place is None:
        return str(value)
    if place.is_relative_to(Path.cwd()):
        return str(place.relative_to(Path.cwd()))
    return (names or {}).get(place, f"{OUTSIDE}/{place.name}")


def portable_names(value: Any, files: Iterable[Path] = ()) -> dict[PurePosixPath, str]:
    """A name for each path outside the working folder; no two paths get the same name.

    A path's name is an ellipsis and its last part, `.../NAME`. If another path has that name
    already, this path and those beside it get one more folder: `.../other_2/NAME`.

    Args:
        value: a JSON value, such as a configuration, whose texts may be paths.
        files: more paths. One below a path of the value, or below the folder of a task file,
            keeps its place there.
    """
    named = dict.fromkeys(_outside(_texts(value)))
    kept: dict[PurePosixPath, PurePosixPath] = {}
    for place in sorted(named):
        kept[place] = kept.get(place.parent, place.parent)
    for place in named:
        if place.suffix in TASK_FILES:
            kept.setdefault(place.parent, place.parent)
    by_folder: defaultdict[PurePosixPath, set[PurePosixPath]] = defaultdict(set)
    for place in (*named, *_outside(map(str, files))):
        above = (place, *place.parents)
        folder = next((kept[own] for own in above if own in kept), place.parent)
        by_folder[folder].add(place)
    names: dict[PurePosixPath, str] = {}
    taken: defaultdict[int, set[str]] = defaultdict(set)
    for folder, places in by_folder.items():
        own = {place: place.relative_to(folder) for place in places}
        # Not the whole of each: a file and a folder of one name cannot be in one folder either.
        first = {part for name in own.values() for part in name.parts[:1]}
        number = next(n for n in count(1) if taken[n].isdisjoint(first))
        taken[number] |= first
        start = OUTSIDE if number == 1 else f"{OUTSIDE}/other_{number}"
        names |= {place: f"{start}/{name}" for place, name in own.items()}
    return names


def _texts(value: Any) -> Iterator[str]:
    """All texts of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)


def _outside(texts: Iterable[str]) -> Iterator[PurePosixPath]:
    """The places outside the working folder that texts lead to."""
    for place in filter(None, map(_place, texts)):
        if not place.is_relative_to(Path.cwd()):
            yield place


def _place(text: str) -> PurePosixPath | None:
    """Where a path leads that may leave the working folder; None of any other text."""
    path = text.removeprefix("file:").replace("\\", "/")
    if text.startswith(("/", "~", "file:/")) or PureWindowsPath(text).drive:
        return PurePosixPath(os.path.normpath(path))
    if ".." in PurePosixPath(text).parts:
        return PurePosixPath(os.path.normpath(Path.cwd() / text))
    return None
