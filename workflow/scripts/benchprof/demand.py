"""Which entries of a store a configuration needs, by its jobs' notes and its results' origins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import digests
from benchprof.errors import InputError
from benchprof.evaluation import record
from benchprof.importance.job import IMPORTANCE
from benchprof.masks import stored, super_job
from benchprof.models.source import FLOAT32, converted_key, is_converted, precision_of
from benchprof.origin import read_origin
from benchprof.replication import masks as halves
from benchprof.run.layers import read_layers, with_text_keys
from benchprof.run.shorthand import written_out
from benchprof.store import Kind, Store
from benchprof.uses import Use, read_uses


@dataclass(frozen=True)
class Note:
    """A job's note of what it uses: its file, when the job last began, and what it says."""

    file: Path
    began: float
    use: Use


def needed_by(root: Path, files: Sequence[Path], notes: Iterable[Note]) -> set[str]:
    """The entries that a configuration needs, from its jobs' notes and from its results.

    Its jobs noted what they use. Notes from before the files last changed count too, because a job
    that does not depend on the change uses the same entries. The files in `results` beside the
    configuration say what made them. This helps if an older version left no notes or if the folder
    was moved.

    Raises:
        InputError: the configuration is not whole, or has neither, so that what it needs is not
            known.
    """
    config = written_out(read_layers(files), ", ".join(map(str, files)))
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
                keys = {record.EVALUATIONS: record.key_of(record.read_record(path)["origin"])}
            else:
                keys = _keys_of_tensors(path.relative_to(results).parts[0], read_origin(path))
        except InputError:
            # Of another kind, or damaged: a run computes it again whatever the store has.
            continue
        for kind, key in keys.items():
            yield store.path(kind, key).relative_to(store.root).as_posix()


def _keys_of_tensors(folder: str, origin: Mapping[str, Any]) -> dict[Kind, str]:
    """The keys, by kind, of the store entries that a file in this results folder may come from.

    No store holds random masks: the key that a random mask's origin gives belongs to no entry.
    """
    if folder == "masks":
        key = stored.key_of_origin(origin)
        return {stored.MASKS: key, halves.HALF_MASKS: key}
    if folder == "super":
        return {super_job.SUPER_SETS: super_job.key_of_origin(origin)}
    return {IMPORTANCE: digests.of_value(origin)}


def _is_of(config: Mapping[str, Any], parts: Sequence[str]) -> bool:
    """Whether the configuration has every model, ability and benchmark in a result's path."""
    known = {
        "importance": [config["models"], config["abilities"]],
        # A job's have no ability in common: its third part is the masks' selection, or half.
        "masks": [config["models"], *([config["abilities"]] if len(parts) > 3 else [])],
        "super": [config["models"]],
        "evaluations": [config["models"], config["benchmarks"]],
        "calibration": [config["models"]],
        "replication": [config["models"], config["abilities"]],
    }.get(parts[0], [])
    return all(name in names for name, names in zip(parts[1:], known, strict=False))


def _converted_models(config: Mapping[str, Any], store: Store) -> Iterator[str]:
    for model in config["models"].values():
        if is_converted(model["source"]):
            key = converted_key(model["source"], precision_of(model.get("dtype", FLOAT32)))
            path = store.folder_path("models", key)
            yield path.relative_to(store.root).as_posix()
