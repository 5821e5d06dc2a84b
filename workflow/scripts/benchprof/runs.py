"""Which process runs the workflow in a folder, so that a dead run's lock can be cleared."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from benchprof.errors import InputError
from benchprof.files import write_json

STATE, OWNER = ".snakemake", "benchprof_owner.json"


@dataclass(frozen=True)
class Owner:
    """Who holds a folder's state: the process that leads a run, and the run's configuration.

    Attributes:
        host: of the process.
        pid: of the process.
        started: when it began, in seconds since 1970, since process numbers are reused.
        configuration: digest of the configuration.
        files: that the configuration was read from.
    """

    host: str
    pid: int
    started: float
    configuration: str = ""
    files: list[str] = field(default_factory=list)


def import_first(scripts: str) -> None:
    """Let the processes that this one starts import the library in a folder, whatever is installed.

    Snakemake only appends the folder of scripts to a script's path, after a library that the
    environment has from elsewhere.
    """
    before = [own for own in os.environ.get("PYTHONPATH", "").split(os.pathsep) if own]
    # A job inherits it, and parses the workflow again.
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([scripts, *before]))


def claim(state: Path, configuration: str, files: Sequence[str | Path]) -> None:
    """Note in Snakemake's state folder that this process runs the workflow."""
    process = psutil.Process()
    host, started = socket.gethostname(), process.create_time()
    owner = Owner(host, process.pid, started, configuration, list(map(str, files)))
    write_json(state / OWNER, asdict(owner))


def current(state: Path) -> Owner | None:
    """The owner of the run noted last, if any; in a job, that of the run the job belongs to."""
    try:
        return Owner(**json.loads((state / OWNER).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def check_unedited(state: Path, configuration: str) -> None:
    """Stop a job whose configuration is not the one that its run began with.

    Args:
        state: Snakemake's state folder.
        configuration: digest of the configuration that the job has read.

    Raises:
        InputError: the configuration was edited since.
    """
    owner = current(state)
    # A node may have a state folder of its own.
    if owner is not None and owner.configuration not in ("", configuration):
        raise InputError(
            ", ".join(owner.files) or "the configuration",
            "this job has read another configuration than its run: it was edited meanwhile, "
            "another run began in this folder, or a variable in a path has another value here",
            "one configuration for all jobs",
            "Undo the edit, name the folder without the variable, or start the run again: "
            "finished work is in the store. (If it was started with --no-hooks, delete "
            f"{state / OWNER} first.)",
        )


def has_written(state: Path, result: Path) -> bool:
    """Whether a result was written since the last run was noted, and not by an earlier run."""
    try:
        return result.stat().st_mtime >= (state / OWNER).stat().st_mtime
    except FileNotFoundError:
        return False


def is_locked(folder: Path) -> bool:
    """Whether a run goes on in a folder, or was killed there and its lock not cleared yet.

    Raises:
        PermissionError: the folder is another user's, who lets nobody look into it.
    """
    try:
        # A glob would pass over what it may not read.
        return any((folder / STATE / "locks").iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return False


def clear_dead_lock(folder: Path) -> bool:
    """Unlock a folder whose run is dead; respect a live run and a run on another host.

    Returns whether a lock was cleared.
    """
    state = folder / STATE
    locks = list((state / "locks").glob("*"))
    if not locks or _owner_lives(state) or _live_run(folder):
        return False
    # What `snakemake --unlock` does, which would first want a configuration without a fault.
    for lock in locks:
        lock.unlink()
    return True


def _owner_lives(state: Path) -> bool:
    """Whether the run noted last lives, or is on another host, where nothing can be seen."""
    owner = current(state)
    if owner is None:
        return False
    if owner.host != socket.gethostname():
        return True
    try:
        process = psutil.Process(owner.pid)
        # A killed process that nobody has waited for keeps its entry, but holds nothing any more.
        dead = process.status() == psutil.STATUS_ZOMBIE
        return not dead and bool(process.create_time() == owner.started)
    except psutil.NoSuchProcess:
        return False


def _live_run(folder: Path) -> bool:
    """Whether a process of this host runs Snakemake, or one of its jobs, in the folder."""
    owners = {lock.stat().st_uid for lock in (folder / STATE / "locks").glob("*")}
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter(["pid", "cmdline", "uids"]):
        try:
            command = " ".join(process.info["cmdline"] or [])
            if process.info["pid"] in own or "snakemake" not in command:
                continue
            if Path(process.cwd()).resolve() == folder.resolve():
                return True
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied:
            # Another user's: its folder cannot be seen. It is this one if the lock is theirs.
            if process.info["uids"].effective in owners:
                return True
    return False


if __name__ == "__main__":
    if clear_dead_lock(Path.cwd()):
        print("cleared the lock of a dead run")
