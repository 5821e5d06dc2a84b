"""Which runs use which entries of a store: a note that each job leaves before it looks for them."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchprof import digests
from benchprof.errors import InputError
from benchprof.files import as_json, written_whole
from benchprof.runs import Owner
from benchprof.sharing import READ, locked, make_folder, mode_of, user

FOLDER = "uses"
UNNOTED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Use:
    """What one job of one run uses.

    Attributes:
        folder: where the run has its results.
        configuration: the configuration's digest; empty outside of a run.
        files: the configuration's files, as the run named them.
        user: who ran it.
        job: what its results have in common: their folder below `folder`.
        entries: paths of the entries below the store's folder.
    """

    folder: str
    configuration: str
    files: list[str]
    user: str
    job: str
    entries: list[str]


def note_use(root: Path, owner: Owner | None, job: Path, entries: Iterable[Path]) -> bool:
    """Note what a job of a run uses of a store, in place of what it noted before.

    Who may only read the store, or finds it full, leaves no note and may have all that is there.
    Returns whether there is a note.
    """
    use = Use(
        folder=str(Path.cwd()),
        configuration=owner.configuration if owner else "",
        files=owner.files if owner else [],
        user=user(),
        job=str(job),
        entries=sorted({path.relative_to(root).as_posix() for path in entries}),
    )
    name = digests.of_value([use.folder, use.configuration, use.job])
    try:
        make_folder(root / FOLDER, root)
        # Entries that a pruning still removes are gone before this job looks for them.
        with (
            locked(root, exclusive=False),
            written_whole(root / FOLDER / f"{name}.json", mode_of(root) & READ) as path,
        ):
            path.write_text(as_json(asdict(use)), encoding="utf-8")
    except OSError as error:
        if error.errno not in UNNOTED:
            raise
        return False
    return True


@dataclass(frozen=True)
class Note:
    """A job's note of what it uses: its file, when the job last began, and what it says."""

    file: Path
    began: float
    use: Use


def notes_of(root: Path) -> list[Note]:
    """Every note that a job left in a store.

    Raises:
        InputError: a note is damaged, or this user may not read it.
    """
    notes = []
    for path in sorted((root / FOLDER).glob("[!.]*.json")):
        try:
            use = Use(**json.loads(path.read_text(encoding="utf-8")))
        except PermissionError:
            remedy = f"Its owner has to run `chmod g+r {path}`."
            raise InputError(
                path, f"{user()} may not read it", "a note that all users can read", remedy
            ) from None
        except (ValueError, TypeError) as error:
            remedy = (
                "Make sure that no run is using this store, then delete this one file, not the "
                "store: the next job writes its note again."
            )
            raise InputError(
                path, f"damaged ({error})", "a job's note of what it uses", remedy
            ) from None
        notes.append(Note(path, path.stat().st_mtime, use))
    return notes
