"""Jobs of the evaluation stage: a model answers a benchmark, intact and under every ablation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchprof import data, digests, paths
from benchprof.ablation import INTACT, Ablation
from benchprof.jobs.job import Files, ModelJob, Size
from benchprof.jobs.masks import read_of_units
from benchprof.run.run import Run
from benchprof.run.suite import own_files
from benchprof.tasks.benchmark import AbilitySplit, Benchmark

BATCH = 3.5e9
"""Bytes of a batch on a GPU, beyond what libraries leave (`GENERATION_BYTES`)."""


@dataclass(frozen=True)
class Evaluation(ModelJob):
    """A job in which the intact and the ablated model answer requests.

    Files of masks and records are by the ablation's name; `intact` has no mask.
    """

    on_gpu, threads = True, 8

    @property
    def further_code(self) -> tuple[str, ...]:
        """What a sandbox starts."""
        return ("sandbox.isolated",)

    @property
    def code_apart(self) -> tuple[str, ...]:
        """What averages units, which the settings name where that is done."""
        return ("importance.levels",)

    @property
    def parts(self) -> Sequence[Answered]:
        """What is asked, each with where its answers go."""
        raise NotImplementedError

    @property
    def ablations(self) -> list[Ablation]:
        """The ablations under which all of it is asked: all of the run."""
        return self.run.ablations

    @property
    def places(self) -> dict[str, Any]:
        """Where the model answers."""
        return self.device_and_store

    @property
    def masks(self) -> dict[Ablation, Path]:
        """The masks."""
        return {own: paths.mask(self.model, own) for own in self.ablations}

    @property
    def inputs(self) -> Files:
        """The model, the masks, and all that is read to ask."""
        files_read = dict.fromkeys(file for part in self.parts for file in part.files)
        files: Files = {
            "model": self.folder,
            "masks": list(self.masks.values()),
            "asked": list(files_read),
        }
        averaged = self.run.configuration.averages_units
        return {"train": list(self.run.train.values()), **files} if averaged else files

    @property
    def outputs(self) -> Files:
        """The answers."""
        return {"records": [file for part in self.parts for file in part.records.values()]}

    def memory(self, size: Size) -> float:
        """The weights on their way to the device, requests, four bytes an entry of all masks.

        On a CPU also keys and values of answers.
        """
        masked = self.entries([own.mask_fraction for own in self.ablations], size)
        kept = 0 if size.on_gpu else size.weights / 8
        requests = 2e9 + 0.3e9 * (len(self.parts) - 1)
        return super().memory(size) + requests + size.weights + kept + 4 * masked

    def gpu_memory(self, size: Size) -> float:
        """The weights and a batch."""
        return self.on_each_gpu(size.weights, size) + (BATCH if size.on_gpu else 0)

    def minutes(self, size: Size) -> float:
        """Time, with slack; it grows with the model."""
        further = len(self.parts) - 1
        return size.minutes(120 + 30 * further, 30 + 10 * further)

    def make(self, threads: int) -> None:
        """Have the intact and every ablated model answer the same requests."""
        from benchprof.evaluation.assignment import Assignment
        from benchprof.evaluation.intervention import Intervention
        from benchprof.evaluation.job import evaluate_benchmarks
        from benchprof.importance.levels import level_examples
        from benchprof.models.mask import read_masks
        from benchprof.sandbox.sandbox import Sandbox
        from benchprof.tasks.source import task_source
        from benchprof.threads import use_threads

        use_threads(threads)
        config = self.run.configuration
        assignments = [
            Assignment(
                source=task_source(own.asked_benchmark, own.items, own.exclude, own.local_files),
                limit=own.asked_benchmark.limit,
                targets=own.records,
            )
            for own in self.parts
        ]
        mean_over = []
        if config.averages_units:
            mean_over = level_examples(self.folder, self.run.train_items)
        evaluate_benchmarks(
            model=self.model_settings,
            assignments=assignments,
            seed=config.seed,
            masks={own.name: mask for own, mask in read_masks(self.masks).items()},
            intervention=Intervention(config.ablation, mean_over),
            store=self.run.store,
            run_code_unsafely=config.run_code_unsafely,
            open_sandbox=partial(Sandbox, parallel=threads),
        )


@dataclass(frozen=True)
class Answered(Evaluation):
    """A job in which the intact and the ablated model answer the same requests."""

    @property
    def parts(self) -> Sequence[Answered]:
        """The job is its only part."""
        return [self]

    @property
    def asked_benchmark(self) -> Benchmark:
        """What is asked, as of a configuration."""
        raise NotImplementedError

    def record(self, ablation: Ablation | None) -> Path:
        """Where the answers under an ablation go; None is the intact model."""
        raise NotImplementedError

    @property
    def records(self) -> dict[str, Path]:
        """Where all answers go, by the ablation's name, and of `intact`."""
        own = {ablation.name: self.record(ablation) for ablation in self.ablations}
        return {INTACT: self.record(None)} | own

    @property
    def exclude(self) -> list[str]:
        """The ids of items that are left out."""
        own = self.asked_benchmark
        return self.run.excluded(own.ability, own.split) if isinstance(own, AbilitySplit) else []

    @property
    def items(self) -> Path | None:
        """The file of the items of an ability's split."""
        own = self.asked_benchmark
        return self.run.items(own.ability, own.split) if isinstance(own, AbilitySplit) else None

    @property
    def local_files(self) -> Mapping[str, Path]:
        """The local files of a shipped benchmark by their kind."""
        return {}

    @property
    def files(self) -> list[Path]:
        """Every file that is read to ask."""
        benchmark = self.asked_benchmark
        if isinstance(benchmark, AbilitySplit):
            assert self.items is not None
            tasks = dict.fromkeys((data.ABILITY_TASK, data.ability_task(benchmark.control_item)))
            return [*tasks, self.items]
        return own_files(benchmark)

    @property
    def settings(self) -> Any:
        """All that decides the answers beside the model and the masks."""
        config = self.run.configuration
        model = config.models[self.model]
        means = {"means": read_of_units(self.run)} if self.run.configuration.averages_units else {}
        return means | {
            "benchmark": self.asked_benchmark.model_dump(),
            "exclude": self.exclude,
            "dtype": model.dtype,
            "chat_template": model.chat_template,
            "ablation": self.run.configuration.ablation,
            "seed": config.seed,
            "files": sorted(digests.of_files(self.files).values()),
            "code": self.code_digest,
        }


@dataclass(frozen=True)
class OfBenchmark(Answered):
    """A job of a model and a benchmark."""

    benchmark: str

    @property
    def asked_benchmark(self) -> Benchmark:
        """The benchmark."""
        return self.run.configuration.benchmarks[self.benchmark]

    def record(self, ablation: Ablation | None) -> Path:
        """Where the answers to the benchmark go."""
        return paths.record(self.model, self.benchmark, ablation)

    @property
    def local_files(self) -> Mapping[str, Path]:
        """The benchmark's files in the folder `benchmark_data`."""
        return self.run.suite.local_files(self.benchmark)

    @property
    def runs_programs(self) -> bool:
        """Whether what the model writes is run."""
        definition = self.run.suite.definition(self.benchmark)
        return definition is not None and definition.kind == "program"

    @property
    def files(self) -> list[Path]:
        """Also a shipped benchmark's items."""
        return [*super().files, *self.local_files.values()]

    @property
    def definition(self) -> dict[str, Any]:
        """What decides the answers of a shipped benchmark's definition."""
        own = self.run.suite.definition(self.benchmark)
        told = {"title", "size", "licence"}
        return {} if own is None else {"definition": own.model_dump(exclude=told)}

    @property
    def settings(self) -> Any:
        """Whether programs run without a sandbox decides their own benchmarks' answers alone."""
        unsafe = self.runs_programs and self.run.configuration.run_code_unsafely
        return super().settings | self.definition | ({"run_code_unsafely": True} if unsafe else {})


@dataclass(frozen=True)
class EvaluateBenchmark(OfBenchmark):
    """Have the intact and every ablated model answer a benchmark."""

    rule = "evaluate_benchmark"
    timed = True

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether each job evaluates one benchmark."""
        return super().belongs_to(run) and run.configuration.evaluation_job != "model"


@dataclass(frozen=True)
class EvaluateModel(Evaluation):
    """Have the intact and every ablated model answer all benchmarks, loading the model once."""

    rule = "evaluate_model"
    timed = True

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether each job evaluates all benchmarks of a model."""
        return super().belongs_to(run) and run.configuration.evaluation_job == "model"

    @property
    def parts(self) -> Sequence[EvaluateBenchmark]:
        """Every benchmark."""
        return [EvaluateBenchmark(self.run, self.model, name) for name in self.run.benchmarks]

    @property
    def settings(self) -> Any:
        """All that decides the answers to each benchmark."""
        return {part.benchmark: part.settings for part in self.parts}

    @property
    def settings_files(self) -> dict[Path, Any]:
        """Those of a job of each benchmark, so that no record passes for one of other settings."""
        return {file: own for part in self.parts for file, own in part.settings_files.items()}
