"""Shipped benchmarks as lm-eval tasks: lm-eval's own, over pinned or local data."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lm_eval.api.task import ConfigurableTask, Task
from lm_eval.tasks import TaskManager
from lm_eval.tasks._index import Entry, Kind
from lm_eval.tasks._yaml_loader import load_yaml

from benchprof.errors import InputError
from benchprof.jsonl import read_objects
from benchprof.tasks.columns import Located
from benchprof.tasks.definition import Definition
from benchprof.tasks.local import local_settings

UNSCORED: dict[str, Any] = {"metric_list": [], "filter_list": None, "unsafe_code": False}
"""What lm-eval is told of programs: its own metric downloads a script and runs them unguarded."""


def load_overlay(
    definition: Definition, fewshot: int, data: Path | None, shots: Path | None
) -> dict[str, Task]:
    """The lm-eval tasks of a shipped benchmark by name.

    Args:
        definition: of the benchmark.
        fewshot: examples before each item.
        data: a local file of its items; None takes them from the Hub at the pinned commit.
        shots: a local file of its examples, if it has one.

    Raises:
        InputError: an item is of no task of the group, a task has too few examples, or a field's
            values are not of one kind.
    """
    index = _index()
    settings = {name: _settings(definition, index[name]) for name in _members(definition, index)}
    if data is None:
        pinned = {"revision": definition.revision} if definition.revision else {}
        for own in settings.values():
            own["dataset_kwargs"] = (own.get("dataset_kwargs") or {}) | pinned
    else:
        names = {own.get("dataset_name"): name for name, own in settings.items()}
        items = _by_task(data, definition.subtask, names)
        examples = _by_task(shots, definition.subtask, names) if shots else {}
        # A local file may hold a sample in which some task has no item.
        settings = {name: settings[name] for name in items}
        for name, own in settings.items():
            shown = examples.get(name, [])
            if shots and len(shown) < fewshot:
                found = f"{len(shown)} examples for {name}"
                raise InputError(shots, found, f"{fewshot} or more", "Lower `fewshot` or add some.")
            own.update(local_settings(own, items[name], shown))
    return {name: ConfigurableTask(config=own) for name, own in settings.items()}


@functools.cache
def _index() -> Mapping[str, Entry]:
    """What lm-eval knows; scanning its 14,000 entries takes some seconds."""
    index: Mapping[str, Entry] = TaskManager().task_index
    return index


def _members(definition: Definition, index: Mapping[str, Entry]) -> list[str]:
    """Names of the tasks of a group, of a group of groups, or of the task alone."""

    def below(name: str) -> Sequence[str]:
        entry = index[name]
        if entry.kind is Kind.TAG:
            return sorted(entry.tags)
        if entry.kind is Kind.GROUP:
            members = load_yaml(entry.yaml_path, resolve_func=False)["task"]
            return [task for member in members for task in below(member)]
        return [name]

    return list(below(definition.task))


def _settings(definition: Definition, entry: Entry) -> dict[str, Any]:
    """A task's settings as its file has them, with the definition's over them."""
    program = definition.kind == "program"
    # A program task's functions are in the module that downloads lm-eval's metric.
    own: dict[str, Any] = load_yaml(entry.yaml_path, resolve_func=not program)
    return own | (UNSCORED if program else {}) | dict(definition.settings)


def _by_task(
    path: Path, subtask: str | None, names: Mapping[str | None, str]
) -> dict[str, list[Located]]:
    """The items of a file by the task that they belong to."""
    rows: dict[str, list[Located]] = defaultdict(list)
    for where, row in read_objects(path, "benchmark items"):
        if subtask is None:
            (name,) = names.values()
        elif row.get(subtask) in names:
            name = names[row[subtask]]
        else:
            found = f"{row.get(subtask)!r}"
            raise InputError(f"{where}, {subtask}", found, f"one of {', '.join(map(str, names))}")
        rows[name].append((where, row))
    return rows
