"""What an archive leaves out, and a person needs who computes the rest again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from benchprof import digests
from benchprof.abilities.item import SPLITS
from benchprof.models.source import source_of
from benchprof.origin import noted_digest
from benchprof.portable import portable
from benchprof.tasks.definition import read_definition

Names = Mapping[PurePosixPath, str]
Need = dict[str, str | None]


def needs(
    config: Mapping[str, Any],
    models: Mapping[str, Any],
    importance: Sequence[Path],
    benchmark_files: Mapping[str, Sequence[Path]],
    archived: Collection[str],
    names: Names,
) -> list[Need]:
    """Each as a sentence, `what`, and the `path` at which the configuration expects it, if any.

    Args:
        config: the configuration of the run.
        models: the card of each model, by its name.
        importance: the files of scores.
        benchmark_files: the local files of each benchmark, by its name.
        archived: names of the archive's files.
        names: of paths outside the run's folder (`portable_names`).
    """
    found = [
        _model(name, card, portable(config["models"][name]["source"], names))
        for name, card in models.items()
    ]
    found += [
        {"what": f"importance {path}, content SHA-256 {noted_digest(path)}: computed again from "
                 "the model and the train items", "path": None}
        for path in importance
    ]  # fmt: skip
    for name, ability in config["abilities"].items():
        found += _items(f"items of ability {name}", ability["items"], SPLITS, archived, names)
    for name, benchmark in config["benchmarks"].items():
        found += _benchmark(name, benchmark, benchmark_files[name], archived, names)
    return found


def _model(name: str, card: Mapping[str, Any], source: Mapping[str, Any]) -> Need:
    files = ", ".join(f"{file} {digest}" for file, digest in card["files"].items())
    what = f"model {name}: {source_of(source)}; digest {card['digest']} of the files {files}"
    return {"what": what, "path": source.get("folder")}


def _items(
    what: str, folder: str, splits: Sequence[str], archived: Collection[str], names: Names
) -> Iterator[Need]:
    files, path = [Path(folder, f"{split}.jsonl") for split in splits], portable(folder, names)
    if not all(portable(file) in archived for file in files):
        listed = ", ".join(f"{file.name} {digests.of_file(file)}" for file in files)
        yield {"what": f"{what}: {path} with {listed}", "path": path}


def _benchmark(
    name: str,
    benchmark: Mapping[str, Any],
    files: Sequence[Path],
    archived: Collection[str],
    names: Names,
) -> Iterator[Need]:
    """A benchmark's files, or where lm-eval takes its items from."""
    what = f"items of benchmark {name}"
    if "benchmark" in benchmark:
        definition = read_definition(benchmark["benchmark"], f"benchmarks.{name}.benchmark")
        revision = f" at {definition.revision}" if definition.revision else ""
        what = f"{what}: {definition.dataset}{revision} on the Hub, licence {definition.licence}"
    elif "task" in benchmark:
        what = f"{what}: lm-eval's task {benchmark['task']}"
    if not files and "ability" not in benchmark:
        yield {"what": f"{what}, downloaded by lm-eval", "path": None}
    for file in files:
        path = portable(file, names)
        if path not in archived:
            yield {"what": f"{what}; {path} {digests.of_file(file)}", "path": path}
