"""The job of the profile stage: from all records to Ability Impact Scores and their statistics."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from benchprof import paths
from benchprof.ablation import Ablation
from benchprof.jobs.job import Files, Job, Size
from benchprof.profile.source import Source
from benchprof.run.run import Run

TABLES = (
    "impact",
    "findings",
    "reliability",
    "power",
    "flips",
    "similarity",
    "benchmark_similarity",
    "model_differences",
    "software",
)
"""The tables that the page shows. That of items has a row per item and is too large for it."""


@dataclass(frozen=True)
class Profiling(Job):
    """A job that turns records into AIS."""

    @property
    def intact(self) -> dict[tuple[str, str], Path]:
        """The intact model's record, by model and benchmark."""
        raise NotImplementedError

    @property
    def sources(self) -> list[Source]:
        """The ablated records with their masks."""
        raise NotImplementedError

    @property
    def inputs(self) -> Files:
        """Records and masks."""
        return {
            "intact": list(self.intact.values()),
            "records": [source.record for source in self.sources],
            "masks": list(dict.fromkeys(source.mask for source in self.sources)),
        }


@dataclass(frozen=True)
class ComputeProfile(Profiling):
    """Turn all records into tables."""

    rule = "compute_profile"
    timed = True
    threads = 4

    @property
    def intact(self) -> dict[tuple[str, str], Path]:
        """The intact model's record, by model and benchmark."""
        return {
            (model, benchmark): paths.record(model, benchmark, None)
            for model, benchmark in product(self.run.models, self.run.benchmarks)
        }

    @property
    def sources(self) -> list[Source]:
        """Every ablated record with its mask."""
        return sources_of(self.run)

    @property
    def outputs(self) -> Files:
        """The tables."""
        return {"tables": table_files()}

    @property
    def settings(self) -> Any:
        """All that the tables depend on beside the records: also what they are about."""
        return described(self.run) | {
            "models": self.run.models,
            "benchmarks": self.run.benchmarks,
            "ablations": [own.name for own in self.run.ablations],
            "code": self.code_digest,
        }

    def minutes(self, size: Size) -> float:
        """Time for a grid of the paper's size."""
        return 120

    def make(self, threads: int) -> None:
        """Turn all records into the tables of results/profiles."""
        from benchprof.profile.job import compute_profile

        compute_profile(
            intact=self.intact,
            sources=self.sources,
            held_out_test_of=self.run.suite.held_out_test_of,
            settings=self.run.profile_settings,
            folder=paths.PROFILES,
            processes=threads,
        )


def sources_of(run: Run) -> list[Source]:
    """Every ablated record of a run with its mask."""
    every = product(run.models, run.benchmarks, run.ablations)
    return [source_of(*own) for own in every]


def source_of(model: str, benchmark: str, ablation: Ablation) -> Source:
    """The record of a benchmark under an ablation, with the mask."""
    record = paths.record(model, benchmark, ablation)
    return Source(model, benchmark, ablation, record, paths.mask(model, ablation))


def described(run: Run) -> dict[str, Any]:
    """How a run's scores become AIS, as a JSON value, with the abilities' own benchmarks."""
    return {
        **run.values["profile"],
        "headlines": run.suite.headlines,
        "seed": run.configuration.seed,
        "own_benchmarks": run.suite.held_out_test_of,
    }


def table_files() -> list[Path]:
    """Every table of the stage."""
    tables = [paths.profile(name, form) for name, form in product(TABLES, ("csv", "parquet"))]
    return [*tables, paths.profile("items", "parquet")]
