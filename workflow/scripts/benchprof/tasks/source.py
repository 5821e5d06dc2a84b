"""lm-eval tasks: shipped, built in, the project's own, a user's; over the Hub or a local file."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from datasets import config as datasets_config
from lm_eval.api.samplers import FirstNSampler
from lm_eval.api.task import ConfigurableTask, Task
from lm_eval.tasks import TaskManager
from lm_eval.tasks._index import Entry, Kind
from lm_eval.tasks._yaml_loader import load_yaml

from benchprof.data import ability_task
from benchprof.errors import InputError, RetriableError, in_words
from benchprof.jsonl import read_objects
from benchprof.tasks.benchmark import AbilitySplit, Benchmark, LmTask, ShippedBenchmark, TaskFile
from benchprof.tasks.catalogue import refuse_several
from benchprof.tasks.definition import Definition, program_benchmarks, read_definition
from benchprof.tasks.functions import functions_named
from benchprof.tasks.local import local_settings
from benchprof.tasks.overlay import load_overlay

# It would tell a server of each load, of local files too.
datasets_config.HF_UPDATE_DOWNLOAD_COUNTS = False


@dataclass(frozen=True)
class TaskSource:
    """Where a benchmark's tasks come from; exactly one of `task` and `file` is set.

    Attributes:
        task: a name that lm-eval knows.
        file: a lm-eval task file.
        data: a local JSON Lines file in place of the task's test items.
        shots: a local file that a shipped benchmark takes its examples from.
        fewshot: examples before each item; None leaves it to the task.
        definition: of a shipped benchmark, whose `task` this is.
        exclude: ids of documents that are left out (`id` is a field of an ability's items).
    """

    task: str | None = None
    file: Path | None = None
    data: Path | None = None
    shots: Path | None = None
    fewshot: int | None = None
    definition: Definition | None = None
    exclude: tuple[str, ...] = ()

    @property
    def runs_programs(self) -> bool:
        """Whether what the model writes is run."""
        return self.definition is not None and self.definition.kind == "program"


def task_source(
    benchmark: Benchmark,
    ability_items: Path | None = None,
    exclude: Iterable[str] = (),
    local_files: Mapping[str, Path] = MappingProxyType({}),
) -> TaskSource:
    """The source of a benchmark as configured.

    Args:
        benchmark: what a configuration says of it.
        ability_items: the file of items where the benchmark is an ability's split.
        exclude: ids of its items that are left out.
        local_files: of a shipped benchmark: `data` and `shots`, as far as it has them.
    """
    if isinstance(benchmark, AbilitySplit):
        file = ability_task(benchmark.control_item)
        return TaskSource(file=file, data=ability_items, exclude=tuple(exclude))
    if isinstance(benchmark, ShippedBenchmark):
        definition = read_definition(benchmark.benchmark, "benchmark")
        return TaskSource(
            task=definition.task,
            fewshot=definition.fewshot if benchmark.fewshot is None else benchmark.fewshot,
            definition=definition,
            data=local_files.get("data"),
            shots=local_files.get("shots"),
        )
    return TaskSource(
        task=benchmark.task if isinstance(benchmark, LmTask) else None,
        file=Path(benchmark.task_file) if isinstance(benchmark, TaskFile) else None,
        data=Path(benchmark.data) if benchmark.data else None,
        fewshot=benchmark.fewshot,
    )


def load_tasks(source: TaskSource) -> list[Task]:
    """The tasks of a benchmark in the order of their names; a group has several.

    Raises:
        InputError: the task is unknown, its file is faulty, its data cannot be read (a
            RetriableError where they are not local), or it has too few examples.
    """
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    where = f"benchmark task {source.task or source.file}"
    try:
        loaded = _load(source)
    except InputError:
        raise
    except Exception as error:
        # lm-eval raises whatever its YAML, a template or a data source raises.
        found = f"{type(error).__name__}: {in_words(error)}"
        expected = "a task that lm-eval can load"
        if source.data:
            remedy = f"Compare the task with the items in {source.data}."
            raise InputError(where, found, expected, remedy) from error
        remedy = "Without network, give `benchmark_data:` or `data:`, local items."
        raise RetriableError(where, found, expected, remedy) from error
    tasks = [loaded[name] for name in sorted(loaded)]
    for task in tasks:
        if source.fewshot is not None:
            task.set_config(key="num_fewshot", value=source.fewshot)
        if isinstance(task, ConfigurableTask):
            _arrange_examples(task, where)
    return tasks


def _load(source: TaskSource) -> dict[str, Task]:
    if source.definition is not None:
        return load_overlay(source.definition, source.fewshot or 0, source.data, source.shots)
    if source.file is not None:
        if not source.file.is_file():
            raise InputError(source.file, "no such file", "a lm-eval task file (.yaml)")
        _refuse_program(source.file)
        return _load_file(source.file, source.data)
    # Scanning lm-eval's 14,000 entries takes some seconds, once per job.
    manager = TaskManager()
    assert source.task is not None
    if source.task not in manager.all_tasks:
        raise InputError(
            f"benchmark task {source.task!r}",
            "lm-eval has no task of this name",
            "one that `lm_eval ls tasks` lists",
            "For a task of your own use `task_file`.",
        )
    for file in _files_below(source.task, manager.task_index):
        _refuse_program(file)
    if source.data is None:
        named: dict[str, Task] = manager.load([source.task])["tasks"]
        return named
    entry = manager.task_index[source.task]
    refuse_several(f"benchmark task {source.task!r}", entry)
    return _load_file(entry.yaml_path, source.data)


def _load_file(file: Path, data: Path | None) -> dict[str, Task]:
    """The one task of a file, with the items of a local file where there is one.

    The file itself, not its folder: lm-eval would index every YAML below that, and another task of
    the same name could win.
    """
    config = load_yaml(file, resolve_func=True)
    if not isinstance(config.get("task"), str):
        raise InputError(file, "no `task: NAME`", "a lm-eval task file of one task")
    if data:
        config |= local_settings(config, list(read_objects(data, "benchmark items")))
    metadata = config.get("metadata") or {}
    own = metadata if isinstance(metadata, dict) else {"metadata": metadata}
    # Of two partials of one function the names alone differ; metadata are part of the digest.
    config["metadata"] = own | {"functions": functions_named(file)}
    manager = TaskManager(include_defaults=False)
    tasks: dict[str, Task] = manager.load([config])["tasks"]
    return tasks


def _arrange_examples(task: ConfigurableTask, where: str) -> None:
    """Let no document be its own example, and stop where there are too few examples.

    lm-eval leaves a document out of its own examples only if the task names its `test_split` as the
    split of the examples. It does not if it falls back to that split because no other is named, or
    if it asks the validation split.

    Raises:
        InputError: says how many items there are to take examples from, and how many are asked for.
    """
    config, given = task.config, task.fewshot_cfg
    asked = config.test_split or config.validation_split
    drawn = given.split
    if drawn is None and given.samples is None:
        drawn = config.training_split or config.validation_split or config.test_split
    itself = drawn is not None and drawn == asked
    if itself:
        # lm-eval has taken the examples by now: what is set here decides nothing else.
        given.split = config.test_split
    number = config.num_fewshot or 0
    # The sampler draws one example more if it may have to leave one out: if the examples' split is
    # the test split, or neither is named.
    first = isinstance(task.sampler, FirstNSampler)
    needed = number + (itself if first else given.split == config.test_split)
    if number and len(task.sampler.fewshot_docs()) < needed:
        found = f"{len(task.sampler.fewshot_docs())} items to take examples from"
        expected = f"{needed} or more, for {number} examples before each item"
        remedy = "Lower `fewshot` or add items."
        raise InputError(f"{where}, {config.task}", found, expected, remedy)


def _files_below(task: Any, index: Mapping[str, Entry]) -> Iterator[Path]:
    """The files of a task, or of all tasks of a group, a tag or a group's member."""
    if isinstance(task, list | set):
        for member in task:
            yield from _files_below(member, index)
    elif isinstance(task, Mapping):
        yield from _files_below(task.get("task") or task.get("group"), index)
    elif task in index:
        entry = index[task]
        if entry.kind is Kind.TAG:
            yield from _files_below(entry.tags, index)
        elif entry.kind is Kind.GROUP:
            yield from _files_below(load_yaml(entry.yaml_path, resolve_func=False)["task"], index)
        elif entry.yaml_path is not None:
            yield entry.yaml_path


def _refuse_program(file: Path) -> None:
    """Stop at a task whose programs lm-eval would run unguarded, with a checker that it downloads.

    This looks at the file alone: the functions that it names download when they are imported.
    """
    config = load_yaml(file, resolve_func=False)
    if config.get("unsafe_code"):
        names = " or ".join(f"`benchmark: {name}`" for name in program_benchmarks())
        raise InputError(
            f"benchmark task {config.get('task')!r}",
            "lm-eval would run the programs that the model writes as you, without a sandbox",
            f"a shipped benchmark, whose programs run in one: {names}",
        )
