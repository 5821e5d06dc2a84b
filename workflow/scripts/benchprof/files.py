"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # most that write files need no tables
    import pandas as pd


@contextlib.contextmanager
def written_whole(path: Path, mode: int | None = None) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is renamed to `path`, else removed.

    Args:
        path: of the file.
        mode: its permissions; if None, those that the umask lets any new file have.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.touch(exist_ok=False)
    usual = temporary.stat().st_mode & 0o777
    try:
        yield temporary
        # Before it has its name, under which it may be replaced by another user's at once. What
        # wrote it may have put another file in its place.
        temporary.chmod(usual if mode is None else mode)
        temporary.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            # A full disk does not say which file it has no room for.
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text whole or not at all."""
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_csv(path: Path, table: pd.DataFrame, digits: int | None = None) -> None:
    """Write a table as CSV whose bytes depend on its values alone, without its index.

    Args:
        path: of the file.
        table: what it holds.
        digits: significant ones of its floats; if None, as many as tell them apart.
    """
    form = None if digits is None else f"%.{digits}g"
    # Python before 3.12.3 does not quote such a text by itself; a reader would end the row there.
    returns = any("\r" in cell for cell in table.to_numpy().flat if isinstance(cell, str))
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL
    with written_whole(path) as temporary:
        table.to_csv(
            temporary, index=False, float_format=form, lineterminator="\n", quoting=quoting
        )


def write_table(stem: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV and parquet, without its index."""
    write_csv(stem.with_suffix(".csv"), table)
    with written_whole(stem.with_suffix(".parquet")) as temporary:
        table.to_parquet(temporary, index=False)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as readable JSON whose bytes depend on the value alone."""
    write_text(path, as_json(value))


def write_if_changed(path: Path, value: Any) -> Path:
    """Write `value` as JSON unless the file holds it already; its time tells when it changed."""
    text = as_json(value)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)
    return path


def link_or_copy(source: Path, target: Path) -> None:
    """Put `source` at `target`: a hard link where the file system allows, else a copy.

    They share one modification time: only for files whose time nobody looks at.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        with written_whole(target) as temporary:
            shutil.copyfile(source, temporary)


def refer_to(source: Path, target: Path) -> None:
    """Put a symbolic link to `source` at `target`, with a modification time of its own.

    It is relative unless `source` is absolute, so that a folder that holds both can be moved.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # The source is not resolved: its folder may be a link to another disk, which stays there.
    relative = os.path.relpath(source.absolute(), target.parent.resolve())
    target.unlink(missing_ok=True)
    target.symlink_to(source if source.is_absolute() else relative)


def as_json(value: Any) -> str:
    """`value` as readable JSON, which depends on the value alone."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
