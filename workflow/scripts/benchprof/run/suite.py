"""What a run asks: which benchmarks are an ability's items, and which files they are read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from benchprof.abilities.item import CONTROL_ITEMS
from benchprof.configuration import Configuration
from benchprof.tasks.benchmark import AbilitySplit, Benchmark, LmTask, ShippedBenchmark, TaskFile
from benchprof.tasks.definition import Definition, local_files, read_definition
from benchprof.tasks.functions import files_of_task

# A run's jobs ask for the same few again and again.
_read_once = cache(read_definition)


@dataclass(frozen=True)
class Suite:
    """The benchmarks of a run.

    Attributes:
        configuration: of the run.
        source: the files named in messages.
    """

    configuration: Configuration
    source: str

    @property
    def _every(self) -> Mapping[str, Benchmark]:
        return self.configuration.benchmarks

    @cached_property
    def held_out_test_of(self) -> dict[str, str]:
        """The benchmark that is an ability's test split, by ability; the first of several.

        Settings files call it `own_benchmarks`.
        """
        tests: dict[str, str] = {}
        for name, benchmark in self._splits.items():
            if benchmark.is_held_out_test:
                tests.setdefault(benchmark.ability, name)
        return tests

    @cached_property
    def control_items(self) -> dict[str, dict[str, str]]:
        """By kind and ability, the benchmark that asks this control item of its held-out test's
        items.

        A kind that no benchmark asks is left out; of several of one ability the first counts.
        """
        control_items: dict[str, dict[str, str]] = {kind: {} for kind in CONTROL_ITEMS}
        for ability, test in self.held_out_test_of.items():
            for name, benchmark in self._splits.items():
                kind = benchmark.control_item
                same = self._splits[test].model_dump() | {"control_item": kind}
                if kind is not None and benchmark.model_dump() == same:
                    control_items[kind].setdefault(ability, name)
        return {kind: tests for kind, tests in control_items.items() if tests}

    @cached_property
    def calibration_splits(self) -> list[str]:
        """The benchmarks that are an ability's calibration split."""
        return [name for name, split in self._splits.items() if split.split == "calibration"]

    @property
    def _splits(self) -> dict[str, AbilitySplit]:
        named = self._every.items()
        return {name: split for name, split in named if isinstance(split, AbilitySplit)}

    def definition(self, benchmark: str) -> Definition | None:
        """The definition of a shipped benchmark; None of another.

        Raises:
            InputError: none is shipped under the name.
        """
        settings = self._every[benchmark]
        if not isinstance(settings, ShippedBenchmark):
            return None
        return _read_once(settings.benchmark, f"{self.source}, benchmarks.{benchmark}.benchmark")

    def local_files(self, benchmark: str) -> dict[str, Path]:
        """The local files of a shipped benchmark by their kind; none of another or of the Hub."""
        definition, folder = self.definition(benchmark), self.configuration.benchmark_data
        return local_files(definition, Path(folder)) if definition and folder else {}

    @cached_property
    def headlines(self) -> dict[str, str]:
        """The metric that each shipped benchmark is known by."""
        definitions = {name: self.definition(name) for name in self._every}
        return {name: definition.metric for name, definition in definitions.items() if definition}

    def files(self, benchmark: str) -> list[Path]:
        """The local files of a benchmark; none of an ability's split or of the Hub.

        Raises:
            InputError: what a task file draws on cannot be read.
        """
        named = own_files(self._every[benchmark])
        return [*named, *self.local_files(benchmark).values()]


def own_files(benchmark: Benchmark) -> list[Path]:
    """The files that a benchmark of the configuration names itself, and what its task draws on.

    Raises:
        InputError: what a task file draws on cannot be read.
    """
    named = [benchmark.data] if isinstance(benchmark, LmTask | TaskFile) else []
    if isinstance(benchmark, TaskFile):
        named += [benchmark.task_file, *files_of_task(Path(benchmark.task_file))]
    return [Path(path) for path in named if path is not None]
