"""Measure how much text the shipped benchmarks ask a model to read, for `make plan`.

python performance/benchmark_sizes.py DATA

DATA is a folder of the shipped benchmarks' items (docs/how_to/benchmark.md). Writes lengths into
sizes.json beside their definitions, in characters, so that no tokenizer is needed to plan. Prefixes
that requests share are counted once, as the scoring engine computes them once. How many items and
tasks the whole benchmark has, as its publisher gives it, stands there already, since DATA may be a
sample. A new benchmark begins as an entry with these two.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

from benchprof.data import BENCHMARKS
from benchprof.files import write_json
from benchprof.run.configuration import ShippedBenchmark
from benchprof.tasks.definition import local_files, read_definition
from benchprof.tasks.requests import Document, build_requests
from benchprof.tasks.source import load_tasks, task_source

SIZES = BENCHMARKS / "sizes.json"


def tree_size(texts: Sequence[str]) -> int:
    """Characters of the prefix tree of some texts."""
    ordered = sorted(texts)
    shared = (common_prefix(*pair) for pair in pairwise(ordered))
    return sum(map(len, ordered)) - sum(shared)


def common_prefix(one: str, other: str) -> int:
    """Characters that two texts begin with in common."""
    pairs = zip(one, other, strict=False)
    differing = (place for place, (a, b) in enumerate(pairs) if a != b)
    return next(differing, min(len(one), len(other)))


def measured(name: str, data: Path) -> dict[str, int]:
    """The lengths of one benchmark's texts."""
    definition = read_definition(name, "benchmark")
    files = local_files(definition, data)
    tasks = load_tasks(task_source(ShippedBenchmark(benchmark=name), local_files=files))
    by_task: dict[str, list[Document]] = {}
    for document in build_requests(tasks, None, 0).documents:
        by_task.setdefault(str(document.task.config.task), []).append(document)
    prefixes, own, answers = [], [], []
    for documents in by_task.values():
        texts = [["".join(i.args[:1] + _continuation(i)) for i in d.instances] for d in documents]
        ordered = sorted(text for one in texts for text in one)
        prefix = common_prefix(ordered[0], ordered[-1])
        prefixes.append(prefix if len(documents) > 1 else 0)
        own += [tree_size(one) - prefixes[-1] for one in texts]
        answers += [_answer(document) for document in documents]
    return {
        "prefix": round(fmean(prefixes)),
        "item": round(fmean(own)),
        "answer": round(fmean(answers)),
    }


def _continuation(instance: Any) -> tuple[str, ...]:
    return instance.args[1:2] if instance.request_type == "loglikelihood" else ()


def _answer(document: Document) -> int:
    """Characters that the model writes, if it is as brief as the examples or the solution are."""
    if document.instances[0].request_type != "generate_until":
        return 0
    examples = getattr(document.task.config.fewshot_config, "samples", None)
    if isinstance(examples, list) and "target" in examples[0]:
        return round(fmean(len(example["target"]) for example in examples))
    solution = document.content.get("canonical_solution") or document.content.get("code")
    return len(solution or str(document.task.doc_to_target(document.content)))


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
