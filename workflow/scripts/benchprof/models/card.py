"""The card of a prepared model: what identifies it, compared with its files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import digests
from benchprof.errors import InputError
from benchprof.models.folder import CARD


@dataclass(frozen=True)
class Card:
    """What identifies a prepared model.

    Attributes:
        digest: SHA-256 over the names and contents of the files; the model's identity.
        source: as configured.
        files: digest of each file.
        stamps: size in bytes and modification time in nanoseconds of each file.
        parameters: |θ|, tied parameters counted once.
        scope: number of weights in each scope that the model has.
        anatomy: what its decoder layers hold, in one line.
    """

    digest: str
    source: dict[str, Any]
    files: dict[str, str]
    stamps: dict[str, list[int]]
    parameters: int
    scope: dict[str, int]
    anatomy: str = ""


def stamp_of(path: Path) -> list[int]:
    """A file's size in bytes and modification time in nanoseconds."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def read_card(folder: Path) -> Card:
    """The card of a prepared model, whose files are still those that it identifies.

    A local folder is referred to, so that someone may change it. A file with another size or time
    is read again; gigabytes are not read at each job.

    Raises:
        InputError: a file is missing or its content changed.
    """
    card = _load_card(folder)
    for name, stamp in card.stamps.items():
        path = folder / name
        changed = not path.is_file() or (
            stamp_of(path) != stamp and digests.of_file(path) != card.files[name]
        )
        if changed:
            raise _changed(path, card)
    return card


def check_content(folder: Path) -> None:
    """Compare all files of a prepared model with its card, whatever their times say.

    For jobs that are about to load the weights: reading them takes a second a gigabyte, and
    loading them longer.

    Raises:
        InputError: a file is missing or its content changed.
    """
    card = _load_card(folder)
    for name, digest in card.files.items():
        path = folder / name
        if not path.is_file() or digests.of_file(path) != digest:
            raise _changed(path, card)


def _load_card(folder: Path) -> Card:
    """The card, whose digest is that of the files it lists."""
    path, remedy = folder / CARD, f"Delete {folder} and run again."
    try:
        card = Card(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(path, f"cannot be read ({error})", "a model's card", remedy) from None
    if digests.of_value(card.files) != card.digest:
        raise InputError(path, "its digest differs from its content", "an intact card", remedy)
    return card


def _changed(path: Path, card: Card) -> InputError:
    remedy = f"Delete {path.parent} and run again; what is there then counts as another model."
    return InputError(
        path.resolve(), "changed since it was prepared", card.files[path.name], remedy
    )
