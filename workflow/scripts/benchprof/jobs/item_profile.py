"""Jobs of item profiles: read them, compare them, and measure their worth."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchprof import digests, paths
from benchprof.configuration import ItemProfile
from benchprof.configuration.shorthand import MODELS
from benchprof.errors import InputError
from benchprof.importance.items import TrainItems
from benchprof.importance.scoring import ACTIVATIONS_ON_GPU
from benchprof.jobs.evaluation import EvaluateBenchmark
from benchprof.jobs.importance import ComputeImportance
from benchprof.jobs.job import Files, Job, ModelJob, Size
from benchprof.run.run import Run

logger = logging.getLogger(__name__)

if TYPE_CHECKING:  # planning needs no torch
    from benchprof.importance.example import Question
    from benchprof.item_profile.items import Known
    from benchprof.item_profile.reading import Reading


@dataclass(frozen=True)
class ReadItems(ModelJob):
    """A job that reads shares of the abilities from items."""

    on_gpu, threads = True, 8

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether the run has item profiles."""
        return super().belongs_to(run) and run.configuration.item_profile is not None

    @property
    def own(self) -> ItemProfile:
        """How many items are read, and from what."""
        return self.run.configuration.item_profile or ItemProfile()

    @property
    def reads_importance(self) -> bool:
        """Whether neurons' importance is read, which takes gradients."""
        return "importance" in self.own.read_from

    @property
    def train(self) -> TrainItems:
        """The items that readers are fitted to."""
        return replace(self.run.train_items, limit=self.own.train)

    def held_out(self, split: str, limit: int) -> TrainItems:
        """The sampled items of another split of each ability."""
        names = self.run.abilities
        files = {name: self.run.items(name, split) for name in names}
        excluded = {name: self.run.excluded(name, split) for name in names}
        return TrainItems(files, self.run.configuration.seed, limit, excluded)

    @property
    def calibration(self) -> TrainItems:
        """The items that the settings of readers are chosen on."""
        return self.held_out("calibration", self.own.calibration)

    @property
    def places(self) -> dict[str, Any]:
        """Where the model computes."""
        return self.device_and_store

    @property
    def inputs(self) -> Files:
        """The model and the items.

        If importance is read, also the check of neurons, and scores whose attributions are shared.
        """
        own: dict[str, Path | list[Path]] = {
            "model": self.folder,
            "train": list(self.train.files.values()),
            "calibration": list(self.calibration.files.values()),
        }
        if self.reads_importance:
            own["sizes"] = paths.sizes(self.model)
            if self.run.configuration.unit != "weight" and not self.run.lists:
                importance = ComputeImportance(self.run, self.model).importance
                own["importance"] = list(importance.values())
        return own

    @property
    def code_apart(self) -> tuple[str, ...]:
        """The reading of importance, unless it is asked for."""
        return () if self.reads_importance else ("item_profile.attribution",)

    @property
    def settings(self) -> Any:
        """What decides which items are read, and how."""
        config = self.run.configuration
        chosen = (self.train, self.calibration)
        return {
            "dtype": config.models[self.model].dtype,
            "seed": config.seed,
            "items": self.own.model_dump(),
            "files": [digests.of_files(own.files.values()) for own in chosen],
            "exclude": [dict(own.exclude) for own in chosen],
            "code": self.code_digest,
        }

    def memory(self, size: Size) -> float:
        """The weights; for importance on a CPU as much again for activations and attributions."""
        again = self.reads_importance and not size.on_gpu
        return super().memory(size) + size.weights * (2 if again else 1)

    def gpu_memory(self, size: Size) -> float:
        """The weights; for importance activations of a tenth as much."""
        held = 1 + ACTIVATIONS_ON_GPU * self.reads_importance
        return self.on_each_gpu(held * size.weights, size)

    def minutes(self, size: Size) -> float:
        """Time, with slack; it grows with the model and the items.

        An item takes 1 s for 1e9 weights, and 3 s more if importance is read.
        """
        own = self.own
        labelled = len(self.run.abilities) * (own.train + own.calibration + own.items)
        seconds = 4 if self.reads_importance else 1
        items = labelled + len(self.run.benchmarks) * own.items
        return size.minutes(60, 15 + seconds * items / 60)

    @property
    def reading(self) -> Reading:
        """From what of which model items are read."""
        from benchprof.item_profile.reading import Reading

        # What a store's entries are used by is noted by folder: each rule has its own.
        folder = paths.item_profile(self.model, self.rule)
        return Reading(self.prepared, self.own.read_from, folder, self.run.store)

    @property
    def known(self) -> Known:
        """The items that readers learn from."""
        from benchprof.item_profile.items import Known

        return Known(self.train, self.calibration)


@dataclass(frozen=True)
class ProfileItems(ReadItems):
    """Read the item profile of every benchmark under one model."""

    rule = "profile_items"

    @property
    def further_code(self) -> tuple[str, ...]:
        """What reads the questions of benchmarks."""
        return ("item_profile.question", "tasks.source")

    @property
    def evaluations(self) -> dict[str, EvaluateBenchmark]:
        """The job that has the model answer each benchmark, which knows its questions."""
        return {name: EvaluateBenchmark(self.run, self.model, name) for name in self.run.benchmarks}

    @property
    def inputs(self) -> Files:
        """Also the files of the benchmarks."""
        files = dict.fromkeys(file for own in self.evaluations.values() for file in own.files)
        return {**super().inputs, "asked": list(files)}

    @property
    def outputs(self) -> Files:
        """Tables of shares, and how they were read."""
        names = ("shares.csv", "shares.parquet", "item_shares.csv", "item_shares.parquet")
        tables = [paths.item_profile(self.model, name) for name in names]
        return {"tables": tables, "reader": paths.item_profile(self.model, "reader.json")}

    @property
    def settings(self) -> Any:
        """Also what decides the questions of each benchmark."""
        return super().settings | {
            "benchmarks": {
                name: {
                    "asked": own.asked_benchmark.model_dump(),
                    "items": self.most(name),
                    "exclude": own.exclude,
                    "files": sorted(digests.of_files(own.files).values()),
                    **own.definition,
                }
                for name, own in self.evaluations.items()
            }
        }

    def most(self, benchmark: str) -> int:
        """How many of its items are read: few of an ability's test, which shows the reader."""
        is_test = benchmark in self.run.suite.held_out_test_of.values()
        return min(self.own.items, self.own.calibration) if is_test else self.own.items

    def questions(self) -> Mapping[str, list[Question]]:
        """The questions of each benchmark's sample; without a benchmark that has none to read.

        Raises:
            InputError: no benchmark has any.
        """
        found, faults = {}, []
        for name, own in self.evaluations.items():
            try:
                found[name] = self.sample(name, own)
            except InputError as error:
                faults.append(error)
                logger.warning("%s has no item profile: %s", name, error)
        if not found:
            raise faults[0]
        return found

    def sample(self, name: str, own: EvaluateBenchmark) -> list[Question]:
        """The questions of one benchmark's sample."""
        from benchprof.item_profile.question import benchmark_questions
        from benchprof.tasks.source import task_source

        return benchmark_questions(
            task_source(own.asked_benchmark, own.items, own.exclude, own.local_files),
            min(own.asked_benchmark.limit or self.most(name), self.most(name)),
            self.run.configuration.seed,
        )

    def make(self, threads: int) -> None:
        """Read the item profile of every benchmark under one model."""
        from benchprof.item_profile.job import profile_benchmarks, write_profiles
        from benchprof.threads import use_threads

        use_threads(threads)
        seed = self.run.configuration.seed
        profiles = profile_benchmarks(self.model, self.reading, self.known, self.questions(), seed)
        write_profiles(profiles, paths.ITEM_PROFILES / self.model)


@dataclass(frozen=True)
class MeasureWorth(ReadItems):
    """Measure how many held-out items get their ability, from the model and from their words."""

    rule = "measure_worth"

    @property
    def test(self) -> TrainItems:
        """The held-out items."""
        return self.held_out("test", self.own.items)

    @property
    def inputs(self) -> Files:
        """Also the held-out items."""
        return {**super().inputs, "test": list(self.test.files.values())}

    @property
    def outputs(self) -> Files:
        """A table in two forms."""
        names = ("worth.csv", "worth.parquet")
        return {"tables": [paths.item_profile(self.model, name) for name in names]}

    @property
    def settings(self) -> Any:
        """Also the held-out items."""
        test = [digests.of_files(self.test.files.values()), dict(self.test.exclude)]
        return super().settings | {"test": test}

    def make(self, threads: int) -> None:
        """Measure how many held-out items get their ability, from the model and from words."""
        from benchprof.files import write_table
        from benchprof.item_profile.worth import measure_worth
        from benchprof.threads import use_threads

        use_threads(threads)
        seed = self.run.configuration.seed
        table = measure_worth(self.model, self.reading, self.known, self.test, seed)
        write_table(paths.item_profile(self.model, "worth"), table)


@dataclass(frozen=True)
class CompareItemProfiles(Job):
    """Compare the item profiles of models and of benchmarks."""

    rule = "compare_item_profiles"

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether the run has item profiles."""
        return ReadItems.belongs_to(run)

    @property
    def inputs(self) -> Files:
        """Each model's shares."""
        models = self.run.models
        return {"shares": [paths.item_profile(own, "shares.parquet") for own in models]}

    @property
    def outputs(self) -> Files:
        """A table in two forms."""
        stem = paths.ITEM_PROFILES / "similarity"
        return {"tables": [stem.with_suffix(form) for form in (".csv", ".parquet")]}

    @property
    def settings(self) -> Any:
        """The code."""
        return {"code": self.code_digest}

    def make(self, threads: int) -> None:
        """Compare the item profiles of models and of benchmarks."""
        import pandas as pd

        from benchprof.files import write_table
        from benchprof.item_profile.similarity import similarity_table

        shares = pd.concat([pd.read_parquet(path) for path in self.read])
        write_table(paths.ITEM_PROFILES / "similarity", similarity_table(shares))


def profile_files(run: Run) -> list[Path]:
    """All files of item profiles, without their worth."""
    return [*ProfileItems.files_of(run), *CompareItemProfiles.files_of(run)]


def worth_files(run: Run) -> dict[str, list[Path]]:
    """Where the worth of each model's profiles may stand: as measured here, or as shipped."""
    return {job.model: worths_of(job.model) for job in MeasureWorth.all_of(run)}


def worths_of(model: str) -> list[Path]:
    """The tables of worth that there are of a model."""
    both = (paths.item_profile(model, "worth.csv"), MODELS / f"{model}.worth.csv")
    return [path for path in both if path.is_file()]
