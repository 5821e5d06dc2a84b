"""The content-addressed store: finished work under the digest of all that decides its numbers.

Snakemake does not own the store, so deleting results, a lost `.snakemake` or a fresh clone cost
no computation, and a job that was killed finds what it had finished. Several users or checkouts
may share one: entries appear whole by a rename, and two writers of one key write the same numbers.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchprof.files import link_or_copy, written_whole

LINKED_FROM = 16 << 20


class Store:
    """A folder `root/kind/ab/abcdef...` of finished files, by kind and key."""

    def __init__(self, root: Path) -> None:
        """Open the store at `root`; the folder is made when the first entry is written."""
        self.root = root

    def path(self, kind: str, key: str, suffix: str = "") -> Path:
        """Where the entry of `key` is or would be."""
        return self.root / kind / key[:2] / f"{key}{suffix}"

    def add(self, kind: str, key: str, suffix: str, write: Callable[[Path], None]) -> Path:
        """Write an entry by calling `write` with a temporary path; it appears whole or not."""
        path = self.path(kind, key, suffix)
        with written_whole(path) as temporary:
            write(temporary)
        # Entries are shared by hard links: a stray write to a result must not change the store.
        path.chmod(0o444)
        return path

    def place(self, entry: Path, target: Path) -> None:
        """Put an entry at `target`, with the present time as its modification time.

        Snakemake compares modification times: an entry older than the inputs would look stale.
        Large entries are hard links where the file system allows. Small ones are copies, since
        a link shares its modification time with every other checkout that uses the store.
        """
        if entry.stat().st_size >= LINKED_FROM:
            link_or_copy(entry, target)
            os.utime(target)
        else:
            with written_whole(target) as temporary:
                shutil.copyfile(entry, temporary)

    def folder(self, kind: str, key: str, fill: Callable[[Path], None]) -> Path:
        """The folder of `key`, filled by calling `fill` with an empty folder if it is missing."""
        path = self.path(kind, key)
        if path.is_dir():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{key[:8]}.") as name:
            fresh = Path(name) / "entry"
            fresh.mkdir()
            fill(fresh)
            if not path.is_dir():
                shutil.move(fresh, path)
        return path
