"""The content-addressed store: finished work under the digest of all that decides its numbers.

Snakemake does not own the store, so deleting results, a lost `.snakemake` or a fresh clone cost
no computation, and a job that was killed finds what it had finished. Several users or checkouts
may share one: entries appear whole by a rename, and two writers of one key write the same numbers.
An entry is read and compared with its own digest before it is used, so that a disk's or a
person's change to it costs a computation, never a wrong number.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchprof import digests
from benchprof.files import link_or_copy, written_whole

logger = logging.getLogger(__name__)
LINKED_FROM = 16 << 20
CONTENT = "content.sha256"


class Store:
    """A folder `root/kind/ab/abcdef...` of finished files, by kind and key."""

    def __init__(self, root: Path) -> None:
        """Open the store at `root`; the folder is made when the first entry is written."""
        self.root = root

    def path(self, kind: str, key: str, suffix: str = "") -> Path:
        """Where the entry of `key` is or would be."""
        return self.root / kind / key[:2] / f"{key}{suffix}"

    def has(self, kind: str, key: str, suffix: str, key_of: Callable[[Path], str]) -> bool:
        """Whether there is an entry of `key` that is whole; a damaged one is named and not used.

        Args:
            kind: of the entry.
            key: of the entry.
            suffix: of its file name.
            key_of: reads an entry, compares it with its digest, and gives the key of what it is;
                raises ValueError (such as InputError) where it is damaged.
        """
        path = self.path(kind, key, suffix)
        if not path.exists():
            return False
        try:
            if key_of(path) == key:
                return True
            logger.warning("%s: it is another entry's content; it will be computed again", path)
        except ValueError as error:
            logger.warning("%s It will be computed again.", error)
        return False

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
        """The folder of `key`, filled by calling `fill` with an empty folder if it is missing.

        A folder whose files are not those that it was filled with is named and filled again.
        """
        path = self.path(kind, key)
        if _is_whole(path):
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{key[:8]}.") as name:
            fresh = Path(name) / "entry"
            fresh.mkdir()
            fill(fresh)
            (fresh / CONTENT).write_text(_list_content(fresh), encoding="utf-8")
            if path.is_dir() and not _is_whole(path):
                logger.warning("%s: damaged; made again", path)
                path.rename(Path(name) / "damaged")
            try:
                fresh.rename(path)
            except OSError:
                # Another job was faster.
                if not path.is_dir():
                    raise
        return path


def _list_content(folder: Path) -> str:
    """The digests of a folder's files, as `sha256sum` writes and checks them."""
    files = sorted(path for path in folder.iterdir() if path.name != CONTENT)
    return "".join(f"{digests.of_file(path)}  {path.name}\n" for path in files)


def _is_whole(folder: Path) -> bool:
    """Whether a folder is there with the very files that it was filled with."""
    listed = folder / CONTENT
    return listed.is_file() and listed.read_bytes() == _list_content(folder).encode()
