"""The job that tries several ways to make masks beside each other on one model.

Only with `comparison` in the configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchprof import codebase, data, digests
from benchprof.comparison.combination import FLIP, AskedItems, Combination
from benchprof.run import paths
from benchprof.run.combination import CombinationRun, combination_runs
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.jobs.job import FORMS, Files, ModelJob, Size
from benchprof.run.run import Run

TABLES = ("summary", "effects", "masks")
STAGES = ("importance", "patches", "knock_outs", "super", "levels", "masks", "evaluation",
          "flips")  # fmt: skip
DECIDING = {"seed", "unit", "scope", "layers", "importance", "selections", "fractions",
            "fraction_of", "ablation", "controls"}  # fmt: skip
"""What of a combination's configuration decides its masks and answers."""


@dataclass(frozen=True)
class CompareCombinations(ModelJob):
    """Make masks in every combination and have the model answer under them."""

    rule = "compare_combinations"

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether the configuration has a section `comparison`."""
        return super().belongs_to(run) and run.configuration.comparison is not None

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
        """The figure as PNG and SVG, and its caption."""
        return [self.work.with_name(f"{self.model}.{form}") for form in FORMS]

    @cached_property
    def runs(self) -> list[CombinationRun]:
        """The run of each combination."""
        return combination_runs(self.run)

    @property
    def scored(self) -> Iterator[ComputeImportance]:
        """The job of importance that each combination would have."""
        return (ComputeImportance(own.run, self.model) for own in self.runs)

    @property
    def combinations(self) -> list[Combination]:
        """The combinations as the job takes them."""
        return [
            Combination(
                name=own.name,
                scoring=scored.scoring,
                train=own.run.train_items,
                selection=own.selection,
                rule=own.run.selection_rules[own.selection],
                k=own.k,
                fraction_of=own.run.configuration.fraction_of,
                method=own.run.method,
                abilities=own.run.abilities,
                matched=own.run.matched,
                seeds=own.run.seeds,
            )
            for own, scored in zip(self.runs, self.scored, strict=True)
        ]

    @property
    def places(self) -> dict[str, Any]:
        """Where the model computes, and where finished work is kept."""
        return self.device_and_store

    @property
    def questions(self) -> AskedItems:
        """What it is asked."""
        comparison = self.run.configuration.comparison
        assert comparison is not None
        split = comparison.split
        return AskedItems(
            split=split,
            items=comparison.items,
            other_items=comparison.other_items,
            files={name: self.run.items(name, split) for name in self.run.abilities},
            exclude={name: self.run.excluded(name, split) for name in self.run.abilities},
        )

    @property
    def read(self) -> list[Path]:
        """Every file of items, task or text that is read."""
        train = dict.fromkeys(path for own in self.runs for path in own.run.train.values())
        asked = self.questions
        every = {kind for own in self.combinations for kind in own.asked(asked)}
        kinds = every.intersection(asked.companions)
        flips = {FLIP for own in self.combinations if own.method == FLIP}
        tasks = [data.ability_task(kind) for kind in (None, *sorted(kinds | flips))]
        return [*train, *asked.files.values(), data.ABILITY_TASK, *tasks, data.NEUTRAL_TEXT]

    @property
    def inputs(self) -> Files:
        """The model, and all that it is scored on and asked."""
        return {"model": self.folder, "read": self.read}

    @property
    def outputs(self) -> Files:
        """The tables and the figure."""
        return {**self.tables, **dict(zip(FORMS, self.figures, strict=True))}

    @property
    def settings(self) -> Any:
        """All that the tables depend on beside the model."""
        asked, answers = self.questions, self.model_settings
        return {
            "combinations": {
                own.name: own.run.configuration.model_dump(mode="json", include=DECIDING)
                for own in self.runs
            },
            # A table's rows stand in this order.
            "order": [own.name for own in self.runs],
            "split": asked.split,
            "items": [asked.items, asked.other_items],
            "excluded": [
                dict(asked.exclude),
                *(own.run.train_excluded for own in self.runs),
            ],
            "files": digests.of_files(self.read),
            "dtype": answers.dtype,
            "chat_template": answers.chat_template,
            "stages": {name: codebase.digest_of(name) for name in STAGES},
            "code": codebase.digest_of("comparison"),
        }

    def memory(self, size: Size) -> float:
        """As the combination whose importance takes most, requests, and all masks."""
        masks = sum(
            scored.entries([own.k], size) * (len(own.run.abilities) + len(own.run.seeds))
            for own, scored in zip(self.runs, self.scored, strict=True)
            if own.run.configuration.unit == "weight"
        )
        return max(own.memory(size) for own in self.scored) + 2e9 + 4 * masks

    def minutes(self, size: Size) -> float:
        """Time for all combinations, which grows with the groups that one knocks out."""
        groups = (own.scoring.groups for own in self.scored)
        return sum(size.minutes(30, 15 + (own.number if own else 0)) for own in groups)
