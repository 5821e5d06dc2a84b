"""List what a store holds, and remove what no given configuration needs.

python -m benchprof.pruning list
python -m benchprof.pruning prune --keep config.yaml --keep base.yaml overlay.yaml --dry-run
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import digests
from benchprof.errors import InputError
from benchprof.evaluation.record import key_of, read_record
from benchprof.inventory import (
    Entry,
    begun_as,
    check_removable,
    entries_of,
    leftovers_of,
    may_remove,
    remove,
)
from benchprof.models.preparation import converted_key
from benchprof.models.source import FLOAT32, is_converted, precision_of
from benchprof.run.layers import read_layers, with_text_keys
from benchprof.runs import is_locked
from benchprof.sharing import locked
from benchprof.store import Store
from benchprof.tensors import read_origin
from benchprof.uses import Use, read_uses

DAY = 86400.0
# A job that began so many days ago, or less, may still run.
UNUSED_FOR = 7.0


@dataclass(frozen=True)
class Note:
    """A job's note of what it uses: its file, when the job last began, and what it says."""

    file: Path
    began: float
    use: Use


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    options = _options(arguments)
    try:
        if not options.store.is_dir():
            raise InputError(options.store, "no such folder", "a store", "Name it with --store.")
        if options.command == "list":
            print("\n".join(listed(options.store, time.time())))
        else:
            keep = [[Path(file) for file in files] for files in options.keep]
            for line in prune(options.store, keep, options.unused_for, options.dry_run):
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
    if halves := leftovers_of(root):
        written = max(entry.made for entry in halves)
        rows.append(_row(halves, written, now, "left by killed jobs, or being written"))
    every = [*entries.values(), *halves]
    return [*rows, _row(every, max((own.made for own in every), default=now), now, "together")]


def prune(
    root: Path, keep: Sequence[Sequence[Path]], unused_for: float, dry_run: bool
) -> Iterator[str]:
    """Remove what no configuration to keep needs and no run may be using; say what, in lines.

    Args:
        root: the store's folder.
        keep: files of each configuration, later ones over earlier ones.
        unused_for: days for which an entry, and the last job that used it, must be old.
        dry_run: whether nothing is removed.

    Raises:
        InputError: a configuration was never run over this store, the store cannot be locked, a
            note is damaged, or this user may not remove what nobody needs.
    """
    with contextlib.nullcontext() if dry_run else _closed(root):
        notes, since = notes_of(root), time.time() - unused_for * DAY
        needed = set().union(*(needed_by(root, files, notes) for files in keep))
        # Looked at once for each folder: a job in it may be of a run that nobody gave.
        live = {folder for folder in {note.use.folder for note in notes} if _in_use(Path(folder))}
        spared = [n for n in notes if n.use.folder in live or n.began > since]
        used = {name for note in spared for name in note.use.entries}
        needed |= used
        removed = [e for e in entries_of(root) if e.name not in needed and e.made <= since]
        halves = [
            own for own in leftovers_of(root)
            if own.made <= since and may_remove(root, own)
            and not any(begun_as(own, name) for name in used)
        ]  # fmt: skip
        if not dry_run:
            check_removable(root, removed)
        yield from _account(removed, halves, notes, dry_run)
        if not dry_run:
            remove(root, [*removed, *halves])
            _forget(root, [note for note in notes if note not in spared])


def needed_by(root: Path, files: Sequence[Path], notes: Iterable[Note]) -> set[str]:
    """The entries that a configuration needs, by two witnesses.

    Its jobs noted what they use; those of its files before they were changed last count as well,
    for a job that does not depend on the change uses the same. And what lies in `results` beside it
    says what made it, which holds where an older version left no notes or the folder was moved.

    Raises:
        InputError: the configuration is not whole, or has neither, so that what it needs is not
            known.
    """
    config = read_layers(files)
    _check_sections(files, config)
    digest = digests.of_value(with_text_keys(config))
    noted = [note.use for note in notes if note.use.configuration == digest]
    noted += [use for use in _latest_of(files, notes) if _makes(config, use.job)]
    results = _results_of(files[0])
    found = set(_keys_of_results(results, config, Store(root))) if results else set()
    found |= {name for use in noted for name in use.entries}
    if not found:
        raise InputError(
            ", ".join(map(str, files)),
            "no run of it left a note in this store, and no results lie beside it",
            "a configuration that was run with this store",
            "Run it once (what the store has is not computed again), or leave out this --keep: "
            "what only it needs is then removed.",
        )
    return found | set(_converted_models(config, Store(root)))


def notes_of(root: Path) -> list[Note]:
    """Every note that a job left in a store."""
    return [Note(file, file.stat().st_mtime, use) for file, use in read_uses(root)]


def _latest_of(files: Sequence[Path], notes: Iterable[Note]) -> Iterable[Use]:
    """What each job of these files' runs noted last, whatever the files said then."""
    named = [file.resolve() for file in files]
    own = [n for n in notes if named == [Path(n.use.folder, f).resolve() for f in n.use.files]]
    return {
        (note.use.folder, note.use.job): note.use
        for note in sorted(own, key=lambda note: note.began)
    }.values()


def _makes(config: Mapping[str, Any], job: str) -> bool:
    """Whether a configuration has what a job makes; models are known by their sources."""
    result = Path(job.removesuffix(".safetensors").removesuffix(".json")).parts
    return len(result) > 1 and result[0] == "results" and _is_of(config, result[1:])


def _check_sections(files: Sequence[Path], config: Mapping[str, Any]) -> None:
    """Stop where a configuration does not say what its results are of."""
    sections = ("models", "abilities", "benchmarks")
    lacking = [f"`{name}`" for name in sections if not isinstance(config.get(name), dict)]
    if not lacking:
        models = config["models"].items()
        lacking = [
            f"`source` of model {name}" for name, own in models if "source" not in (own or ())
        ]
    if lacking:
        remedy = "Name the file that it lies over first, after the same --keep."
        where = ", ".join(map(str, files))
        raise InputError(where, f"no {', '.join(lacking)}", "a whole configuration", remedy)


def _results_of(file: Path) -> Path | None:
    """The results of the run in the folder that a configuration lies in, or in the one above."""
    folders = file.resolve().parents[:2]
    return next((own / "results" for own in folders if (own / "results").is_dir()), None)


def _keys_of_results(results: Path, config: Mapping[str, Any], store: Store) -> Iterator[str]:
    """The entries that results were placed from, less those of what the configuration dropped."""
    for path in sorted(results.rglob("*")):
        known = _is_of(config, path.relative_to(results).with_suffix("").parts)
        if path.suffix not in (".json", ".safetensors") or not known or not path.is_file():
            continue
        try:
            if path.suffix == ".json":
                own = store.path("evaluations", key_of(read_record(path)["origin"]), ".json")
            else:
                own = store.path("importance", digests.of_value(read_origin(path)), path.suffix)
        except InputError:
            # Of another kind, or damaged: a run computes it again whatever the store has.
            continue
        yield own.relative_to(store.root).as_posix()


def _is_of(config: Mapping[str, Any], parts: Sequence[str]) -> bool:
    """Whether results of these folders and this name are of a model and so on that is there."""
    known = {
        "importance": [config["models"], {*config["abilities"], "_background"}],
        "evaluations": [config["models"], config["benchmarks"]],
        "calibration": [config["models"]],
        "replication": [config["models"], config["abilities"]],
    }.get(parts[0], [])
    return all(name in names for name, names in zip(parts[1:], known, strict=False))


def _converted_models(config: Mapping[str, Any], store: Store) -> Iterator[str]:
    for model in config["models"].values():
        if is_converted(model["source"]):
            key = converted_key(model["source"], precision_of(model.get("dtype", FLOAT32)))
            path = store.path("models", key)
            yield path.relative_to(store.root).as_posix()


@contextlib.contextmanager
def _closed(root: Path) -> Iterator[None]:
    """Let no job begin to use an entry meanwhile: it notes that under the same lock."""
    check_removable(root, [])
    with locked(root, exclusive=True) as held:
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
    removed: Collection[Entry], halves: Collection[Entry], notes: Iterable[Note], dry_run: bool
) -> Iterator[str]:
    """What is removed, and which runs would have it computed again."""
    names = {entry.name: entry.size for entry in removed}
    verb = "would remove" if dry_run else "removing"
    yield f"{verb} {len(names)} entries, {sum(names.values()) / 1e9:.3f} GB"
    if halves:
        size = sum(entry.size for entry in halves) / 1e9
        yield f"{verb} {len(halves)} files and folders that killed jobs left, {size:.3f} GB"
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


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchprof.pruning",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--store", type=Path, default=Path("store"), metavar="FOLDER")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what is in the store, by run, age and size")
    pruning = commands.add_parser("prune", help="remove what no --keep needs")
    pruning.add_argument(
        "--keep", nargs="+", action="append", required=True, metavar="FILE",
        help="a configuration, of one file or of several that lie over each other; may be repeated",
    )  # fmt: skip
    pruning.add_argument(
        "--unused-for", type=float, default=UNUSED_FOR, metavar="DAYS",
        help=f"keep what was made or used less than DAYS days ago (default: {UNUSED_FOR:g})",
    )  # fmt: skip
    pruning.add_argument("--dry-run", action="store_true", help="say what would be removed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
