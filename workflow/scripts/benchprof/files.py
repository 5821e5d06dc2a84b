"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is renamed to `path`, else removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files private; results are as readable as the umask lets any file be.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
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

    Importance of an 8B model is 22 GB an ability, so that copies are worth avoiding. Another
    user's file is copied: its modification time could not be set.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        if source.stat().st_uid != os.getuid():
            raise PermissionError(source)
        os.link(source, target)
    except OSError:
        with written_whole(target) as temporary:
            shutil.copyfile(source, temporary)


def as_json(value: Any) -> str:
    """`value` as readable JSON, which depends on the value alone."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
