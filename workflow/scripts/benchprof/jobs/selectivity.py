"""The job that measures whether masks act on their abilities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from benchprof import paths
from benchprof.ablation import CALIBRATED
from benchprof.errors import InputError
from benchprof.jobs.drawn import MasksOfOneMaskFraction
from benchprof.jobs.job import Files, Shown
from benchprof.jobs.profile import source_of
from benchprof.profile.source import Source
from benchprof.run.run import Run


@dataclass(frozen=True)
class MeasureSelectivity(MasksOfOneMaskFraction):
    """Measure how much answer loss each ability's ablation costs on every test split."""

    rule = "measure_selectivity"
    shown = Shown("png", "selectivity", "Masks", "selectivity")
    what = "selectivity"
    of_ranked = False

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether an ability has its held-out test."""
        return super().belongs_to(run) and bool(run.suite.held_out_test_of)

    @property
    def settings(self) -> Any:
        """Also how format likelihood and its intervals are made."""
        own = self.run.profile_settings
        return super().settings | {
            "tests": self.run.suite.held_out_test_of,
            "control_items": self.run.suite.control_items,
            "intervals": [own.resamples, own.confidence, own.seed],
        }

    @property
    def effects(self) -> Path:
        """Whether each mask's effect is one on its ability."""
        return self.csv.with_name(f"effects_{self.selection}_{self.mask_fraction}.csv")

    @property
    def outputs(self) -> Files:
        """Also the table of effects."""
        return {**super().outputs, "effects": self.effects}

    @property
    def intact(self) -> dict[str, Path]:
        """The intact model's record of every held-out test and of its items' control items."""
        asked = [self.run.suite.held_out_test_of, *self.run.suite.control_items.values()]
        names = [name for benchmarks in asked for name in benchmarks.values()]
        return {name: paths.record(self.model, name, None) for name in names}

    @property
    def sources(self) -> list[Source]:
        """The records of them under the masks of this selection and mask fraction.

        Raises:
            InputError: it is a candidate of the calibration, under whose masks no test is asked.
        """
        asked = [name for name in self.run.benchmarks if name in self.intact]
        view = (self.selection, self.mask_fraction)
        under = [own for own in self.run.ablations if (own.selection, own.mask_fraction) == view]
        if not under:
            found = f"mask fraction {self.mask_fraction}, which the calibration tries on no test"
            remedy = f"Ask for {replace(self, mask_fraction=CALIBRATED).csv}."
            raise InputError(
                self.csv, found, f"one of {', '.join(self.run.mask_fractions)}", remedy
            )
        return [source_of(self.model, *own) for own in product(asked, under)]

    @property
    def inputs(self) -> Files:
        """Records and masks."""
        return {
            "intact": list(self.intact.values()),
            "records": [source.record for source in self.sources],
            "masks": sorted({source.mask for source in self.sources}),
        }

    def make(self, threads: int) -> None:
        """Measure how much answer loss each ability's ablation costs on every test split."""
        from benchprof.analysis.job import measure_selectivity

        measure_selectivity(
            tests=self.run.suite.held_out_test_of,
            control_items=self.run.suite.control_items,
            intact=self.intact,
            sources=self.sources,
            settings=self.run.profile_settings,
            mask_fraction=self.mask_fraction,
            drawing=self.drawing,
            effects=self.effects,
        )
