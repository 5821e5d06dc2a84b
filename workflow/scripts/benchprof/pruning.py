"""List what a store holds, and remove what no run has used for some time.

python -m benchprof.pruning list
python -m benchprof.pruning prune --unused-for 90 --dry-run
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.inventory import (
    Entry,
    begun_as,
    check_removable,
    entries_of,
    leftovers_of,
    may_remove,
    remove,
)
from benchprof.runs import is_locked
from benchprof.sharing import locked, user
from benchprof.uses import Note, Use, notes_of

DAY = 86400.0
LEAST = 7.0
"""Days. A job that began so many days ago, or less, may still run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    options = _options(arguments)
    try:
        if not options.store.is_dir():
            raise InputError(options.store, "no such folder", "a store", "Name it with --store.")
        if options.command == "list":
            print("\n".join(listed(options.store, time.time())))
        else:
            for line in prune(options.store, options.unused_for, options.dry_run):
                print(line)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def listed(root: Path, now: float) -> list[str]:
    """A table of a store's runs, the latest first: entries, bytes, and when a job last began.

    An entry that several runs use counts in each; what no note names stands at the end.

    Raises:
        InputError: a note is damaged.
    """
    entries = {entry.name: entry for entry in entries_of(root)}
    runs: dict[str, list[Note]] = defaultdict(list)
    for note in notes_of(root):
        runs[_run(note.use)].append(note)
    rows = [f"{'entries':>8} {'GB':>9} {'days ago':>9}  run"]
    for run, notes in sorted(runs.items(), key=lambda item: -max(n.began for n in item[1])):
        own = {name for note in notes for name in note.use.entries} & set(entries)
        rows.append(_row([entries[name] for name in own], max(n.began for n in notes), now, run))
    noted = {name for notes in runs.values() for note in notes for name in note.use.entries}
    others = [entry for name, entry in entries.items() if name not in noted]
    if others:
        made = max(entry.made for entry in others)
        rows.append(_row(others, made, now, "no run that left a note"))
    if leftovers := leftovers_of(root):
        written = max(entry.made for entry in leftovers)
        rows.append(_row(leftovers, written, now, "left by killed jobs, or being written"))
    every = [*entries.values(), *leftovers]
    return [*rows, _row(every, max((own.made for own in every), default=now), now, "together")]


def prune(root: Path, unused_for: float, dry_run: bool) -> Iterator[str]:
    """Remove what no run has used for so long, and none may be using; say what, in lines.

    Args:
        root: the store's folder.
        unused_for: days for which an entry, and the last job that used it, must be old.
        dry_run: whether nothing is removed.

    Raises:
        InputError: the store cannot be locked, a note is damaged, or this user may not remove what
            nobody uses.
    """
    with contextlib.nullcontext() if dry_run else _closed(root):
        notes, since = notes_of(root), time.time() - unused_for * DAY
        # Looked at once for each folder: a job in it may belong to a run that no one named here.
        live = {folder for folder in {note.use.folder for note in notes} if _in_use(Path(folder))}
        spared = [n for n in notes if n.use.folder in live or n.began > since]
        used = {name for note in spared for name in note.use.entries}
        removed = [e for e in entries_of(root) if e.name not in used and e.made <= since]
        leftovers = [
            own for own in leftovers_of(root)
            if own.made <= since and may_remove(root, own)
            and not any(begun_as(own, name) for name in used)
        ]  # fmt: skip
        if not dry_run:
            check_removable(root, removed)
        yield from _account(removed, leftovers, notes, dry_run)
        if not dry_run:
            remove(root, [*removed, *leftovers])
            _forget(root, [note for note in notes if note not in spared])


@contextlib.contextmanager
def _closed(root: Path) -> Iterator[None]:
    """Let no job begin to use an entry meanwhile: it notes that under the same lock."""
    check_removable(root, [])
    with contextlib.ExitStack() as stack:
        try:
            held = stack.enter_context(locked(root, exclusive=True))
        except PermissionError as error:
            remedy = f"Its owner has to run `chmod g+rw {error.filename}`."
            found = f"{user()} may not lock it"
            raise InputError(error.filename, found, "a lock for all users", remedy) from None
        if not held:
            remedy = "Mount it with locks (Lustre: `-o flock`), or prune on the file server."
            raise InputError(root, "its file system has no locks", "one that has", remedy)
        yield


def _in_use(folder: Path) -> bool:
    """Whether a run goes on in a folder, as far as this machine can see it."""
    try:
        return is_locked(folder)
    except PermissionError:
        # Another user's: it may be.
        return True


def _account(
    removed: Collection[Entry], leftovers: Collection[Entry], notes: Iterable[Note], dry_run: bool
) -> Iterator[str]:
    """What is removed, and which runs would have it computed again."""
    names = {entry.name: entry.size for entry in removed}
    verb = "would remove" if dry_run else "removing"
    yield f"{verb} {len(names)} entries, {sum(names.values()) / 1e9:.3f} GB"
    if leftovers:
        size = sum(entry.size for entry in leftovers) / 1e9
        yield f"{verb} {len(leftovers)} files and folders that killed jobs left, {size:.3f} GB"
    losing: dict[str, set[str]] = defaultdict(set)
    for note in notes:
        losing[_run(note.use)] |= set(note.use.entries) & set(names)
    for run, own in sorted(losing.items()):
        if own:
            size = sum(names[name] for name in own) / 1e9
            yield f"  {len(own)} of them, {size:.3f} GB, were used by {run}"


def _forget(root: Path, notes: Iterable[Note]) -> None:
    """Remove the notes that name nothing any more."""
    for note in notes:
        if not any((root / name).exists() for name in note.use.entries):
            note.file.unlink()


def _run(use: Use) -> str:
    """A run as a person knows it: its folder, its configuration's files and who ran it."""
    files = [Path(file) for file in use.files]
    names = [str(f.relative_to(use.folder) if f.is_relative_to(use.folder) else f) for f in files]
    version = f"({use.configuration[:8]})" if use.configuration else ""
    return " ".join([use.folder, *names, version, "by", use.user]).replace("  ", " ")


def _row(entries: Collection[Entry], when: float, now: float, run: str) -> str:
    size = sum(entry.size for entry in entries) / 1e9
    return f"{len(entries):>8} {size:>9.3f} {max(0.0, now - when) / DAY:>9.1f}  {run}"


def _days(text: str) -> float:
    days = float(text)
    if not days >= LEAST:
        raise argparse.ArgumentTypeError(f"{text} where {LEAST:g} days or more are expected")
    return days


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchprof.pruning",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--store", type=path_argument, default=Path("store"), metavar="FOLDER")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what is in the store, by run, age and size")
    pruning = commands.add_parser("prune", help="remove what no run has used for some time")
    pruning.add_argument(
        "--unused-for", type=_days, required=True, metavar="DAYS",
        help=f"remove what was neither made nor used in the last DAYS days ({LEAST:g} or more)",
    )  # fmt: skip
    pruning.add_argument("--dry-run", action="store_true", help="say what would be removed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
