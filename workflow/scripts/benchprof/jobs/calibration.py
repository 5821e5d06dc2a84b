"""Jobs of the calibration stage, which answer no test item."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import paths
from benchprof.ablation import CALIBRATED, Ablation
from benchprof.jobs.evaluation import Answered
from benchprof.jobs.job import Files, ModelJob
from benchprof.profile.source import Source
from benchprof.run.run import Run
from benchprof.tasks.benchmark import AbilitySplit, Benchmark


@dataclass(frozen=True)
class EvaluateCalibration(Answered):
    """Have the intact and every candidate's model answer an ability's calibration items."""

    ability: str
    rule = "evaluate_calibration"
    timed = True

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether a mask fraction is calibrated."""
        return super().belongs_to(run) and bool(run.candidate_mask_fractions)

    @property
    def asked_benchmark(self) -> Benchmark:
        """A sample of the calibration split."""
        calibration = self.run.configuration.calibration
        limit = calibration.items if calibration else None
        return AbilitySplit(ability=self.ability, split="calibration", limit=limit)

    @property
    def ablations(self) -> list[Ablation]:
        """All abilities' masks at every candidate; of controls the ability's own alone."""
        return self.run.trials(self.ability)

    def record(self, ablation: Ablation | None) -> Path:
        """Where the answers to the calibration items go."""
        return paths.calibration_record(self.model, self.ability, ablation)


@dataclass(frozen=True)
class CalibrateMasks(ModelJob):
    """Choose the mask fraction, and name its masks and controls as calibrated."""

    selection: str
    rule = "calibrate_masks"
    timed = True

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether a mask fraction is calibrated."""
        return super().belongs_to(run) and bool(run.candidate_mask_fractions)

    @property
    def intact(self) -> dict[str, Path]:
        """The intact model's answers to each ability's calibration items."""
        return {
            ability: paths.calibration_record(self.model, ability, None)
            for ability in self.run.abilities
        }

    @property
    def sources(self) -> list[Source]:
        """Every answer under a candidate; `benchmark` is the ability whose items were asked."""
        return [
            Source(
                self.model,
                ability,
                trial,
                paths.calibration_record(self.model, ability, trial),
                paths.mask(self.model, trial),
            )
            for ability in self.run.abilities
            for trial in self.run.trials(ability)
            if trial.selection == self.selection
        ]

    @property
    def candidates(self) -> dict[Ablation, Path]:
        """The masks and controls that are chosen from."""
        mask_fractions = self.run.candidate_mask_fractions
        every = [
            *self.run.masks(self.selection, mask_fractions),
            *self.run.controls(self.selection, mask_fractions),
        ]
        return {own: paths.mask(self.model, own) for own in every}

    @property
    def calibrated(self) -> dict[Ablation, Path]:
        """Where the chosen ones go."""
        mask_fractions = [CALIBRATED]
        every = [
            *self.run.masks(self.selection, mask_fractions),
            *self.run.controls(self.selection, mask_fractions),
        ]
        return {own: paths.mask(self.model, own) for own in every}

    @property
    def choice(self) -> Path:
        """The mask fraction and why."""
        return paths.choice(self.model, self.selection, "json")

    @property
    def table(self) -> Path:
        """What it was chosen from."""
        return paths.choice(self.model, self.selection, "csv")

    @property
    def inputs(self) -> Files:
        """Answers and masks."""
        return {
            "intact": list(self.intact.values()),
            "records": [source.record for source in self.sources],
            "masks": list(self.candidates.values()),
        }

    @property
    def outputs(self) -> Files:
        """The masks and why."""
        return {
            "masks": list(self.calibrated.values()),
            "choice": self.choice,
            "table": self.table,
        }

    @property
    def settings(self) -> Any:
        """All that the choice depends on beside the answers."""
        return {
            "candidates": self.run.candidate_mask_fractions,
            "abilities": self.run.abilities,
            "seeds": self.run.seeds,
            "matched": self.run.matched,
            "code": self.code_digest,
        }

    def make(self, threads: int) -> None:
        """Choose the mask fraction on the calibration splits, and write the masks and controls at
        it.
        """
        from benchprof.calibration.job import calibrate_masks

        calibrate_masks(
            model=self.model,
            selection=self.selection,
            intact=self.intact,
            sources=self.sources,
            candidates=self.candidates,
            targets=self.calibrated,
            choice=self.choice,
            table=self.table,
        )


def calibration_files(run: Run) -> list[Path]:
    """Which mask fraction was chosen and why, where `mask_fractions` leaves it to the calibration
    splits.
    """
    return [path for job in CalibrateMasks.all_of(run) for path in (job.choice, job.table)]
