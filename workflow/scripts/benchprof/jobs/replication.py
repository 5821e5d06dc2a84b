"""Jobs of the replication stage: what another draw of the train items would have made."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Self

from benchprof import paths
from benchprof.ablation import Ablation
from benchprof.jobs.evaluation import Answered
from benchprof.jobs.importance import Scored
from benchprof.jobs.job import Files, Job
from benchprof.jobs.profile import Profiling, described
from benchprof.profile.source import Source
from benchprof.run.run import Run
from benchprof.tasks.benchmark import Benchmark


@dataclass(frozen=True)
class Halving(Scored):
    """A job that scores halves of the train items and selects masks from each."""

    @property
    def super_set(self) -> Path | None:
        """The run's mask of what some masks leave out, where a selection does so."""
        left_out = self.run.configuration.selections.without_super
        return paths.super_set(self.model) if left_out else None

    @property
    def inputs(self) -> Files:
        """Of units the importance too, so that their attributions are there."""
        own: Files = (
            {**super().inputs, "super": self.super_set} if self.super_set else super().inputs
        )
        if self.run.configuration.unit == "weight":
            return own
        return {**own, "importance": list(self.importance_files(self.run.abilities).values())}

    @property
    def further_code(self) -> tuple[str, ...]:
        """The rules'."""
        return tuple(f"masks.rules.{name}" for name in self.run.selection_rules)

    @property
    def settings(self) -> Any:
        """What importance and masks depend on."""
        return super().settings | {
            "selections": self.run.selection_settings,
            "mask_fractions": self.run.known_mask_fractions,
        }


@dataclass(frozen=True)
class Replicating(Job):
    """A job of the stage."""

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether something is replicated."""
        return super().belongs_to(run) and run.replicates


@dataclass(frozen=True)
class SelectHalfMasks(Halving, Replicating):
    """Select the masks that each half of the train items makes alone."""

    rule = "select_half_masks"

    @property
    def masks(self) -> dict[Ablation, Path]:
        """The masks of both halves."""
        every = [own for ability in self.run.abilities for own in self.run.halves(ability)]
        return {own: paths.mask(self.model, own) for own in every}

    @property
    def outputs(self) -> Files:
        """The masks."""
        return {"masks": list(self.masks.values())}

    def make(self, threads: int) -> None:
        """Select the masks that each half of the train items makes alone."""
        from benchprof.replication.masks import select_half_masks
        from benchprof.threads import use_threads

        use_threads(threads)
        select_half_masks(
            self.scoring,
            train=self.run.train_items,
            rules=self.run.selection_rules,
            targets=self.masks,
            store=self.run.store,
            super_set=self.super_set,
        )


@dataclass(frozen=True)
class EvaluateHalves(Answered, Replicating):
    """Have a model answer an ability's held-out test under the masks of half its items."""

    ability: str
    rule = "evaluate_halves"

    @classmethod
    def all_of(cls, run: Run) -> list[Self]:
        """A job for each ability with a held-out test."""
        tested = run.suite.held_out_test_of if cls.belongs_to(run) else ()
        return [cls(run, *own) for own in product(run.models, tested)]

    @property
    def asked_benchmark(self) -> Benchmark:
        """The ability's held-out test."""
        return self.run.configuration.benchmarks[self.run.suite.held_out_test_of[self.ability]]

    @property
    def ablations(self) -> list[Ablation]:
        """The masks of both halves."""
        return self.run.halves(self.ability)

    def record(self, ablation: Ablation | None) -> Path:
        """Where the answers to the held-out test go."""
        return paths.half_record(self.model, self.ability, ablation)


@dataclass(frozen=True)
class MeasureReplication(Profiling, Replicating):
    """Measure by how much an ability's AIS on its held-out test differs with the train items."""

    rule = "measure_replication"

    @property
    def impact(self) -> Path:
        """The AIS under the masks of all items."""
        return paths.IMPACT

    @property
    def tables(self) -> list[Path]:
        """One table in two forms."""
        return [paths.profile("replication", form) for form in ("csv", "parquet")]

    @property
    def intact(self) -> dict[tuple[str, str], Path]:
        """The intact model's record, by model and held-out test."""
        own = product(self.run.models, self.run.suite.held_out_test_of.items())
        return {
            (model, benchmark): paths.half_record(model, ability, None)
            for model, (ability, benchmark) in own
        }

    @property
    def sources(self) -> list[Source]:
        """Every record under the mask of a half."""
        own = product(self.run.models, self.run.suite.held_out_test_of.items())
        return [
            Source(
                model,
                benchmark,
                ablation,
                paths.half_record(model, ability, ablation),
                paths.mask(model, ablation),
            )
            for model, (ability, benchmark) in own
            for ablation in self.run.halves(ability)
        ]

    @property
    def inputs(self) -> Files:
        """The records and masks, and the AIS that are compared with them."""
        return {"impact": self.impact, **super().inputs}

    @property
    def outputs(self) -> Files:
        """The tables."""
        return {"tables": self.tables}

    @property
    def settings(self) -> Any:
        """The settings of the profile."""
        return described(self.run) | {
            "code": self.code_digest,
        }

    def make(self, threads: int) -> None:
        """Measure how an ability's AIS on its held-out test differs with the train items."""
        from benchprof.replication.table import measure_replication

        measure_replication(
            impact=self.impact,
            intact=self.intact,
            sources=self.sources,
            settings=self.run.profile_settings,
            targets=self.tables,
        )
