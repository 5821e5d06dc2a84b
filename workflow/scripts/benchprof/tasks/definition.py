"""Definitions of the shipped benchmarks: a small file each, read without lm-eval or a model."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field

from benchprof.data import BENCHMARKS
from benchprof.errors import InputError
from benchprof.jsonl import read_objects
from benchprof.section import EachOnce, Section, Text, read_section
from benchprof.tasks.columns import Located, columns_of


class ShownOptions(Section):
    """The options that questions show to a model that writes its answer freely."""

    question: Text = Field(description="the field of an item that holds it")
    pattern: Text = Field(
        description="a regular expression; its matches in the question are the options"
    )
    """`^` is the beginning of a line."""
    answers: dict[str, Annotated[list[Text], EachOnce, Field(min_length=2)]] = Field(
        default={}, description="the options of every question of a subtask, by subtask"
    )

    def of(self, item: Mapping[str, Any], subtask: str | None) -> tuple[str, ...]:
        """The options of one item; none where the answer is free."""
        if subtask is not None and subtask in self.answers:
            return tuple(self.answers[subtask])
        return tuple(re.findall(self.pattern, item[self.question], re.MULTILINE))


ItemFile = Annotated[str, Field(pattern=r"^[^/]+\.jsonl$", description="a file name (.jsonl)")]


class ItemFiles(Section):
    """Names of the local files of items, and of examples where a benchmark has its own."""

    test: ItemFile
    fewshot: ItemFile | None = None


class BenchmarkSize(Section):
    """How much a benchmark asks, for plans: characters are means over its items."""

    items: int
    tasks: int
    """Over which the items are spread."""
    prefix: int
    """Characters of the beginning that all prompts of a task share."""
    item: int
    """Characters of a prompt beyond that."""
    answer: int
    """Characters of a written answer; 0 where options are compared."""
    room: int
    """An answer's most tokens."""


class Definition(Section):
    """A shipped benchmark: what it takes from lm-eval, and what is said about it here."""

    title: Text = Field(description="its name as readers know it")
    task: Text = Field(description="a task or a group of lm-eval")
    kind: Literal["program"] | None = Field(
        default=None, description="program: what the model writes is run, not compared"
    )
    metric: Text = Field(description="the metric that the benchmark is known by")
    fewshot: int = Field(ge=0, description="a whole number of examples, 0 or more")
    chance: float = Field(
        ge=0, le=1, description="the score of a random choice among the options, from 0 to 1"
    )
    licence: Text = Field(description="the licence of the items")
    dataset: str = Field(
        pattern=r"^[^/\s]+/[^/\s]+$", description="a dataset of the Hub such as allenai/ai2_arc"
    )
    revision: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{40}$",
        description="a commit of the dataset, 40 hexadecimal digits",
    )
    files: ItemFiles = Field(description="names of files of items in the folder benchmark_data")
    subtask: Text | None = Field(
        default=None, description="the field of an item that names its task within the group"
    )
    size: BenchmarkSize = Field(
        description="a section with items, tasks, prefix, item, answer and room"
    )
    options: ShownOptions | None = Field(
        default=None, description="the options that questions show to a model that writes freely"
    )
    settings: dict[str, Any] = Field(
        default={}, description="settings that replace the lm-eval task's own"
    )


def definition_path(name: str) -> Path:
    """The file of a shipped benchmark."""
    return BENCHMARKS / f"{name}.yaml"


def read_definition(name: str, where: str) -> Definition:
    """The definition of a shipped benchmark.

    Args:
        name: of the benchmark.
        where: file and key that name it, for messages.

    Raises:
        InputError: no benchmark of this name is shipped, or its file is at fault.
    """
    path = definition_path(name)
    known = sorted(file.stem for file in BENCHMARKS.glob("*.yaml"))
    if name not in known:
        remedy = "For any other lm-eval task use `task`."
        raise InputError(where, repr(name), f"one of {', '.join(known)}", remedy)
    return read_section(Definition, yaml.safe_load(path.read_text(encoding="utf-8")), str(path))


@functools.cache
def titles() -> Mapping[str, str]:
    """The titles of the shipped benchmarks, by name."""
    names = sorted(file.stem for file in BENCHMARKS.glob("*.yaml"))
    return {name: read_definition(name, str(BENCHMARKS)).title for name in names}


def program_benchmarks() -> list[str]:
    """Names of the shipped benchmarks that run what the model writes."""
    names = sorted(file.stem for file in BENCHMARKS.glob("*.yaml"))
    return [name for name in names if read_definition(name, str(BENCHMARKS)).kind == "program"]


def local_files(definition: Definition, folder: Path | None) -> dict[str, Path]:
    """The files of a benchmark's items (`data`) and examples (`shots`); none from the Hub."""
    if folder is None:
        return {}
    names = {"data": definition.files.test, "shots": definition.files.fewshot}
    return {key: folder / name for key, name in names.items() if name is not None}


def check_local_files(files: Mapping[str, Path], subtask: str | None) -> None:
    """Stop where a file of items is missing or broken, before any model is loaded.

    Args:
        files: of a benchmark.
        subtask: the field of an item that names its task, whose items make a table of their own.

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
        by_task: dict[str, list[Located]] = defaultdict(list)
        for where, item in read_objects(path, "benchmark items"):
            by_task[str(item.get(subtask) if subtask else None)].append((where, item))
        for items in by_task.values():
            columns_of(items)
