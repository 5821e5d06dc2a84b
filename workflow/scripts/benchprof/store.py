"""The content-addressed store: finished work under the digest of all that decides its numbers.

Snakemake does not own the store, so deleting results, a lost `.snakemake` or a fresh clone cost
no computation, and a job that was killed finds what it had finished. Several users or checkouts
may share one: entries appear whole by a rename, two writers of one key write the same numbers, and
whoever may read or write the store's folder may do so with all in it. An entry is read and compared
with its own digest before it is used, so that a disk's or a person's change to it costs a
computation, never a wrong number.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from benchprof import digests, runs
from benchprof.errors import InputError
from benchprof.files import refer_to, written_whole
from benchprof.sharing import READ, check_writable, make_folder, mode_of, user
from benchprof.uses import note_use

logger = logging.getLogger(__name__)
LINKED_FROM = 16 << 20
CONTENT = "content.sha256"


@dataclass(frozen=True)
class Kind:
    """A kind of entry.

    Attributes:
        name: of its folder in the store.
        suffix: of its files' names.
        key_of: reads an entry, compares it with its digest, and gives the key of what it is; raises
            ValueError (such as InputError) where it is damaged.
    """

    name: str
    suffix: str
    key_of: Callable[[Path], str]


class Store:
    """A folder of finished files, `root/kind/ab/abcdef...` by kind and key."""

    def __init__(self, root: Path) -> None:
        """Open the store at `root`; the folder is made when the first entry is written."""
        self.root = root
        # Now: a job may go on after its run was killed, and another one began.
        self._owner = runs.current(Path(runs.STATE))
        self._noted = True

    def path(self, kind: Kind, key: str) -> Path:
        """Where the entry of `key` is or would be."""
        return self.folder_path(kind.name, key).with_name(f"{key}{kind.suffix}")

    def folder_path(self, kind: str, key: str) -> Path:
        """Where the folder of `key` is or would be."""
        return self.root / kind / key[:2] / key

    def has(self, kind: Kind, key: str) -> bool:
        """Whether there is an entry of `key` that is whole; a damaged one is named and not used."""
        path = self.path(kind, key)
        # As os.path has it: what lies in a folder that cannot be read is not there.
        if not os.path.exists(path):  # noqa: PTH110
            return False
        try:
            if kind.key_of(path) == key:
                return True
            logger.warning("%s: it is another entry's content; it will be computed again", path)
        except ValueError as error:
            # Its remedy is for a person; here the entry is computed again in any case.
            said = InputError(*error.args[:3]) if isinstance(error, InputError) else error
            logger.warning("%s It will be computed again.", said)
        return False

    def use(self, job: Path, kind: Kind, keys: Iterable[str]) -> None:
        """Note that a job uses these entries, so that nobody prunes them: before it looks for them.

        Args:
            job: what the job's results have in common, their folder.
            kind: of the entries.
            keys: of the entries, whether they are there or about to be computed.
        """
        self._use(job, [self.path(kind, key) for key in keys])

    def _use(self, job: Path, entries: Iterable[Path]) -> None:
        if not note_use(self.root, self._owner, job, entries):
            self._noted = False
            logger.warning(
                "%s: this user cannot leave a note there of what the run uses. Results become "
                "copies, and a pruning may remove what the run uses.",
                self.root,
            )

    def lacking(self, job: Path, kind: Kind, keys: Iterable[str]) -> set[str]:
        """Which of the entries that a job uses it has to compute; the job's use is noted first.

        Args: as of `use`.

        Raises:
            InputError: as `check_writable` raises it, for one that would have to be written.
        """
        own = list(dict.fromkeys(keys))
        self.use(job, kind, own)
        missing = [key for key in own if not self.has(kind, key)]
        self.check_writable(kind, missing)
        return set(missing)

    def check_writable(self, kind: Kind, keys: Iterable[str]) -> None:
        """Stop where an entry of one of these keys could not be written: before it is computed.

        Raises:
            InputError: names the folder and the user, and says how to share a store.
        """
        for key in keys:
            check_writable(self.path(kind, key).parent, self.root)

    def add(self, kind: Kind, key: str, write: Callable[[Path], None]) -> Path:
        """Write an entry by calling `write` with a temporary path; it appears whole or not.

        Nobody may write to it, since others read it, and whoever may read the store may read it.
        One that is there is replaced and keeps its time: it shows through every checkout's link,
        and Snakemake would take their results for stale.
        """
        path = self.path(kind, key)
        make_folder(path.parent, self.root)
        with written_whole(path, mode_of(self.root) & READ) as temporary:
            write(temporary)
            with contextlib.suppress(FileNotFoundError):
                made = path.stat().st_mtime_ns
                os.utime(temporary, ns=(made, made))
        return path

    def add_bytes(self, kind: Kind, key: str, content: bytes) -> Path:
        """Write an entry of this content, as `add` does."""

        def write(path: Path) -> None:
            path.write_bytes(content)

        return self.add(kind, key, write)

    def place(self, kind: Kind, key: str, target: Path) -> None:
        """Put the entry of `key` at `target`, with the present time as its modification time.

        Snakemake compares modification times: an entry older than the inputs would look stale.
        Small entries are copied. A large one is referred to by a symbolic link, which has a time
        of its own: a hard link's time is that of every other checkout's, and a copy of an 8B
        model's importance takes 11 GB an ability. Where no note says that it is used, it is copied
        all the same: a pruning would leave the link without it.
        """
        entry = self.path(kind, key)
        if entry.stat().st_size >= LINKED_FROM and self._noted:
            refer_to(entry, target)
        else:
            with written_whole(target) as temporary:
                shutil.copyfile(entry, temporary)

    def folder(self, kind: str, key: str, fill: Callable[[Path], None]) -> Path:
        """The folder of `key`, filled by calling `fill` with an empty folder if it is missing.

        A folder whose files are not those that it was filled with is logged and rebuilt.

        Raises:
            InputError: it is there, but this user may not read it; or it is not, and they may not
                write it.
        """
        path = self.folder_path(kind, key)
        self._use(path.relative_to(self.root), [path])
        if _is_whole(path):
            return path
        check_writable(path.parent, self.root)
        make_folder(path.parent, self.root)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{key[:8]}.") as name:
            fresh = Path(name) / "entry"
            fresh.mkdir()
            fill(fresh)
            (fresh / CONTENT).write_text(_list_content(fresh), encoding="utf-8")
            for file in fresh.iterdir():
                file.chmod(mode_of(self.root) & READ)
            fresh.chmod(stat.S_IMODE(path.parent.stat().st_mode))
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
    """Whether a folder is there with the very files that it was filled with.

    Raises:
        InputError: this user may not read them.
    """
    try:
        return (folder / CONTENT).read_bytes() == _list_content(folder).encode()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except PermissionError as error:
        remedy = f"Its owner has to run `chmod -R a+rX {folder}`."
        found = f"{user()} may not read it"
        raise InputError(
            str(error.filename), found, "a file that all who share the store can read", remedy
        ) from None
