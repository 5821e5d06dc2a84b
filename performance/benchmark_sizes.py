"""Measure how much text the shipped benchmarks ask a model to read, for `make plan`.

python performance/benchmark_sizes.py DATA

DATA is a folder of the shipped benchmarks' items (docs/how_to/benchmark.md). Writes lengths into
sizes.json beside their definitions. They are in characters, because a plan has no tokenizer. Only
the most that a model may write is in tokens, as the task gives it. Prefixes that requests share are
counted once, as the scoring engine computes them once. How many items and tasks the whole benchmark
has, as its publisher gives it, stands there already, since DATA may be a sample. A new benchmark
begins as an entry with these two.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchprof.data import BENCHMARKS
from benchprof.files import write_json
from benchprof.plan.lengths import measured_lengths
from benchprof.run.configuration import ShippedBenchmark
from benchprof.tasks.definition import local_files, read_definition
from benchprof.tasks.source import load_tasks, task_source

SIZES = BENCHMARKS / "sizes.json"
SOLUTIONS = ("canonical_solution", "code")
"""Programs, of items whose targets are tests."""
MEASURED = ("prefix", "item", "answer", "room")
"""Fields of `Lengths` that are written."""


def measured(name: str, data: Path) -> dict[str, int]:
    """The lengths of one benchmark's texts."""
    files = local_files(read_definition(name, "benchmark"), data)
    tasks = load_tasks(task_source(ShippedBenchmark(benchmark=name), local_files=files))
    lengths = measured_lengths(tasks, solutions=SOLUTIONS)
    return {field: getattr(lengths, field) for field in MEASURED}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of NAME.jsonl")
    options = parser.parse_args()
    sizes = json.loads(SIZES.read_text(encoding="utf-8"))
    for name in sorted(sizes):
        sizes[name] |= measured(name, options.data)
        print(name, sizes[name], file=sys.stderr, flush=True)
    write_json(SIZES, dict(sorted(sizes.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
