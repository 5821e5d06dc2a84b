"""The job that tries several ways to make masks beside each other on one model.

Only with `comparison` in the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from benchprof import codebase, digests
from benchprof.comparison.tried import Questions, Tried
from benchprof.run import paths
from benchprof.run.combination import Combination, combinations_of
from benchprof.run.jobs.analysis import MODULES as DRAWN
from benchprof.run.jobs.analysis import SELECTIVITY_MODULES
from benchprof.run.jobs.evaluation import EvaluateModel
from benchprof.run.jobs.importance import ComputeImportance, Scored
from benchprof.run.jobs.job import Files, Size
from benchprof.run.jobs.profile import profile_settings
from benchprof.run.run import Run

TABLES = ("summary", "effects", "selectivity")
MODULES = ("benchprof.comparison", "benchprof.replication.masks", *DRAWN, *SELECTIVITY_MODULES)
STAGES = ("importance", "patches", "super", "masks", "evaluation")


@dataclass(frozen=True)
class CompareCombinations(Scored):
    """Make masks in every combination and have the model answer under them."""

    rule = "compare_combinations"

    @classmethod
    def all_of(cls, run: Run) -> list[Self]:
        """Every such job; none without a section `comparison`."""
        return super().all_of(run) if run.configuration.comparison else []

    @property
    def work(self) -> Path:
        """The folder of importance, masks and answers."""
        return paths.RESULTS / "comparison" / self.model

    @property
    def tables(self) -> dict[str, Path]:
        """The tables."""
        return {name: self.work.with_name(f"{self.model}_{name}.csv") for name in TABLES}

    @property
    def figures(self) -> list[Path]:
        """The figure as PNG and SVG."""
        return [self.work.with_name(f"{self.model}.{form}") for form in ("png", "svg")]

    @property
    def tried(self) -> list[Tried]:
        """The combinations as the job takes them."""
        return [self._tried(own) for own in combinations_of(self.run)]

    def _tried(self, own: Combination) -> Tried:
        config = own.run.configuration
        return Tried(
            name=own.name,
            scoring=ComputeImportance(own.run, self.model).scoring,
            items=own.run.train,
            exclude=ComputeImportance(own.run, self.model).exclude,
            limit=config.importance.limit,
            selection=own.selection,
            settings=own.run.values["selections"][own.selection],
            k=own.k,
            fraction_of=config.fraction_of,
            method=own.run.method,
            abilities=own.run.abilities,
            seeds=own.run.seeds,
        )

    @property
    def model_settings(self) -> Any:
        """How the model answers."""
        return EvaluateModel(self.run, self.model).model_settings

    @property
    def questions(self) -> Questions:
        """What it is asked."""
        comparison = self.run.configuration.comparison
        assert comparison is not None
        split = comparison.split
        return Questions(
            split=split,
            items=comparison.items,
            other_items=comparison.other_items,
            files={name: self.run.items(name, split) for name in self.run.abilities},
            exclude={name: self.run.excluded(name, split) for name in self.run.abilities},
        )

    @property
    def inputs(self) -> Files:
        """The model, and the items that it is scored on and asked."""
        asked = self.questions.files.values()
        return {"model": self.folder, "train": list(self.run.train.values()), "asked": list(asked)}

    @property
    def outputs(self) -> Files:
        """The tables and the figure."""
        return {**self.tables, "png": self.figures[0], "svg": self.figures[1]}

    @property
    def settings(self) -> Any:
        """All that the tables depend on beside the model."""
        asked = self.questions
        profile = profile_settings(self.run)
        return {
            "combinations": [
                {key: value for key, value in own.run.values.items() if key in DECIDING}
                for own in combinations_of(self.run)
            ],
            "names": [own.name for own in combinations_of(self.run)],
            "split": asked.split,
            "items": [asked.items, asked.other_items],
            "exclude": dict(asked.exclude) | {f"train.{n}": i for n, i in self.exclude.items()},
            "files": digests.of_files([*self.run.train.values(), *asked.files.values()]),
            "intervals": [profile.resamples, profile.confidence, profile.seed],
            "stages": {
                name: codebase.digest_of(name) for name in ("importance", "masks", "evaluation")
            },
            "code": digests.of_modules(MODULES),
        }

    def memory(self, size: Size) -> float:
        """As importance; the answers take no more."""
        return super().memory(size) + 2e9

    def minutes(self, size: Size) -> float:
        """Time for all combinations."""
        return size.minutes(30, 15) * len(combinations_of(self.run))


DECIDING = ("seed", "unit", "scope", "layers", "importance", "selections", "fractions",
            "fraction_of", "ablation", "controls", "chat_date", "models")  # fmt: skip
"""What of a combination's configuration decides its masks and answers."""


def comparison_files(run: Run) -> list[Path]:
    """Every table and figure."""
    jobs = CompareCombinations.all_of(run)
    return [path for job in jobs for path in (*job.tables.values(), *job.figures)]
