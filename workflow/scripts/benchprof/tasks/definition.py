"""Definitions of the shipped benchmarks: a small file each, read without lm-eval or a model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchprof.configuration import check_schema
from benchprof.data import BENCHMARK_SCHEMA, BENCHMARKS
from benchprof.errors import InputError
from benchprof.jsonl import read_objects


@dataclass(frozen=True)
class ShownOptions:
    """The options that questions show to a model that writes its answer freely.

    Attributes:
        question: the field of an item that holds it.
        pattern: a regular expression whose matches in the question are its options; `^` is the
            beginning of a line.
        answers: the options of the subtasks whose questions have the same ones, by subtask.
    """

    question: str
    pattern: str
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, item: Mapping[str, Any], subtask: str | None) -> tuple[str, ...]:
        """The options of one item; none where the answer is free."""
        if subtask is not None and subtask in self.answers:
            return tuple(self.answers[subtask])
        return tuple(re.findall(self.pattern, item[self.question], re.MULTILINE))


@dataclass(frozen=True)
class Definition:
    """A shipped benchmark: what it takes from lm-eval, and what is said about it here.

    Attributes:
        task: a task or a group of lm-eval.
        metric: the one that the benchmark is known by.
        fewshot: examples before each item.
        chance: the score of a random choice among the options; 0 where there are none.
        licence: of the items.
        dataset: on the Hub.
        files: names of the local files of items, `test` and, where it has its own, `fewshot`.
        revision: commit of the dataset.
        kind: `program` where what the model writes is run; None where lm-eval compares it.
        subtask: the field of an item that names its task within the group.
        settings: they replace the lm-eval task's own.
        options: what questions show to a model that writes freely; None where they show none.
    """

    task: str
    metric: str
    fewshot: int
    chance: float
    licence: str
    dataset: str
    files: Mapping[str, str]
    revision: str | None = None
    kind: str | None = None
    subtask: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: ShownOptions | None = None


def definition_path(name: str) -> Path:
    """The file of a shipped benchmark."""
    return BENCHMARKS / f"{name}.yaml"


def read_definition(name: str, where: str) -> Definition:
    """The definition of a shipped benchmark.

    Args:
        name: of the benchmark.
        where: file and key that name it, for messages.

    Raises:
        InputError: no benchmark of this name is shipped, or its file is not what the schema says.
    """
    path = definition_path(name)
    known = sorted(file.stem for file in BENCHMARKS.glob("*.yaml"))
    if name not in known:
        remedy = "For any other lm-eval task use `task`."
        raise InputError(where, repr(name), f"one of {', '.join(known)}", remedy)
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    schema = yaml.safe_load(BENCHMARK_SCHEMA.read_text(encoding="utf-8"))
    check_schema(value, schema, str(path))
    options = ShownOptions(**value["options"]) if "options" in value else None
    return Definition(**value | {"options": options})


def program_benchmarks() -> list[str]:
    """Names of the shipped benchmarks that run what the model writes."""
    names = sorted(file.stem for file in BENCHMARKS.glob("*.yaml"))
    return [name for name in names if read_definition(name, str(BENCHMARKS)).kind == "program"]


def local_files(definition: Definition, folder: Path | None) -> dict[str, Path]:
    """The files of a benchmark's items (`data`) and examples (`shots`); none from the Hub."""
    if folder is None:
        return {}
    names = {"data": definition.files["test"], "shots": definition.files.get("fewshot")}
    return {key: folder / name for key, name in names.items() if name is not None}


def check_local_files(files: Mapping[str, Path]) -> None:
    """Stop where a file of items is missing or broken, before any model is loaded.

    Raises:
        InputError: names the file, or the file and the line.
    """
    for path in files.values():
        if not path.is_file():
            raise InputError(
                path,
                "no such file",
                "a benchmark's items (benchmark_data)",
                "`make fetch-data` downloads it where there is a network.",
            )
        for _ in read_objects(path, "benchmark items"):
            pass
