"""A folder that several accounts share: who may do what in it is what its own permissions say."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import getpass
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

from benchprof.errors import InputError, RetriableError

READ, READ_WRITE, ALL = 0o444, 0o666, 0o777
LOCK = ".lock"
# The umask belongs to the process, not to a thread.
UMASK = threading.Lock()


def mode_of(root: Path) -> int:
    """Who may read, write and enter what lies below a shared folder; the umask does not say."""
    return root.stat().st_mode & ALL


def make_folder(folder: Path, root: Path) -> None:
    """Make a folder, and those above it, with the group and the permissions of the root above.

    Who shares a folder has the umask 022 as a rule, which would shut out all others.
    """
    root.mkdir(parents=True, exist_ok=True)
    above = [parent for parent in folder.parents if root in parent.parents]
    for own in [*reversed(above), folder]:
        with _without_umask():
            # Not by a chmod after it: another user may write there by then.
            own.mkdir(mode_of(root), exist_ok=True)
        if own.stat().st_gid != root.stat().st_gid:
            # The root has no setgid bit, by which the group would be inherited.
            with contextlib.suppress(PermissionError):
                os.chown(own, -1, root.stat().st_gid)
                own.chmod(mode_of(root) | stat.S_ISGID)


def check_writable(folder: Path, root: Path) -> None:
    """Stop where nothing could be written into a folder, or into one above it that is there.

    Raises:
        InputError: names the folder and the user, and says how the root is shared.
        RetriableError: the file system is mounted to be read alone, perhaps on this node alone.
    """
    # As os.path has it: what lies in a folder that cannot be read is not there.
    while not os.path.exists(folder):  # noqa: PTH110
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise (RetriableError if os.statvfs(folder).f_flag & os.ST_RDONLY else InputError)(
            folder,
            f"{user()} may not write there, and the store lacks what is to be computed",
            "a store to write to",
            f"Ask its owner to share it with a group (`chgrp -R GROUP {root} && chmod -R g+rX "
            f"{root} && find {root} -type d -exec chmod g+rwxs {{}} + && touch {root}/{LOCK} && "
            f"chmod g+rw {root}/{LOCK}`), or name another `store:` in the configuration.",
        )


@contextlib.contextmanager
def locked(root: Path, exclusive: bool) -> Iterator[bool]:
    """Hold the lock of a shared folder, together with others unless `exclusive`.

    Yields whether it is held: some network file systems have no locks.
    """
    with _without_umask():
        handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, mode_of(root) & READ_WRITE)
    try:
        yield _lock(handle, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
    finally:
        os.close(handle)


def user() -> str:
    """The account that this process runs under."""
    try:
        return f"user {getpass.getuser()}"
    except (KeyError, OSError):
        # Of a container, an account without a name.
        return f"user {os.getuid()}"


def _lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP):
            return False
        raise
    return True


@contextlib.contextmanager
def _without_umask() -> Iterator[None]:
    with UMASK:
        previous = os.umask(0)
        try:
            yield
        finally:
            os.umask(previous)
