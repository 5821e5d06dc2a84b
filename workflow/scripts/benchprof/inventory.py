"""What lies in a store: finished entries, and what killed jobs left beside them."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchprof.errors import InputError
from benchprof.sharing import user
from benchprof.uses import FOLDER


@dataclass(frozen=True)
class Entry:
    """An entry of a store, or an unfinished one.

    Attributes:
        name: its path below the store's folder.
        size: in bytes.
        made: when it was made, in seconds since 1970; if it is unfinished, when last written to.
    """

    name: str
    size: int
    made: float


def entries_of(root: Path) -> list[Entry]:
    """Every whole entry of a store, in the order of their names."""
    return [
        _entry(root, path, path.stat().st_mtime) for path in sorted(root.glob("[!.]*/??/[!.]*"))
    ]


def leftovers_of(root: Path) -> list[Entry]:
    """What jobs and prunings that were killed left, and what others write just now."""
    paths = sorted([*root.glob("[!.]*/??/.*"), *(root / FOLDER).glob(".*")])
    return list(_written(root, paths))


def begun_as(leftover: Entry, name: str) -> bool:
    """Whether a leftover may be of the entry of a name: their folder and their key's first digits.

    A temporary folder's name has eight of them.
    """
    own, whole = Path(leftover.name), Path(name)
    return own.parent == whole.parent and whole.name.startswith(own.name[1:9])


def may_remove(root: Path, entry: Entry) -> bool:
    """Whether this user's permissions let an entry be removed."""
    path = root / entry.name
    return all(_may_write(own) for own in (path.parent, path) if own.is_dir())


def check_removable(root: Path, entries: Iterable[Entry]) -> None:
    """Stop where an entry of a store, or a note, could not be removed: before any is.

    Raises:
        InputError: names the first and the user, and says who can.
    """
    closed = [folder for folder in (root, root / FOLDER) if folder.is_dir()]
    closed = [folder for folder in closed if not _may_write(folder)]
    closed += [root / entry.name for entry in entries if not may_remove(root, entry)]
    if closed:
        remedy = (
            "Nothing was removed. Ask its owner, root or a member of the group that shares the "
            "store to prune it."
        )
        found = f"{user()} has no permission to prune it"
        raise InputError(closed[0], found, "a store that you may write to", remedy)


def remove(root: Path, entries: Iterable[Entry]) -> None:
    """Remove entries of a store."""
    for entry in entries:
        path = root / entry.name
        if path.is_dir():
            # The folder loses its entry's name before its files go. The random digits keep the new
            # name apart from what a killed removal left behind.
            path = path.rename(path.with_name(f".{path.name}.{secrets.token_hex(4)}"))
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _written(root: Path, paths: Iterable[Path]) -> Iterator[Entry]:
    for path in paths:
        # What a job writes just now may be whole the next moment.
        with contextlib.suppress(FileNotFoundError):
            yield _entry(root, path, max(own.stat().st_mtime for own in (path, *path.rglob("*"))))


def _entry(root: Path, path: Path, made: float) -> Entry:
    files = [own for own in path.rglob("*") if own.is_file()] if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files)
    return Entry(path.relative_to(root).as_posix(), size, made)


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
