"""Jobs of the analysis: what the masks look like. The default run has `CompareMasks` alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof.jobs.drawn import Drawn, MasksOfOneMaskFraction
from benchprof.jobs.job import Files, Shown, Size
from benchprof.jobs.replication import Halving
from benchprof.jobs.selectivity import MeasureSelectivity
from benchprof.run.run import Run

SWEEP = ["0.00001", "0.00004", "0.00016", "0.00064", "0.00256", "0.01024"]
"""Each mask fraction of the paper."""


@dataclass(frozen=True)
class LocateMasks(MasksOfOneMaskFraction):
    """Tell where the masks of one selection and mask fraction lie."""

    rule = "locate_masks"
    shown = Shown("png", "location", "Masks", "where they lie")
    what = "location"


@dataclass(frozen=True)
class CompareMasks(MasksOfOneMaskFraction):
    """Tell how far the masks of one selection and mask fraction overlap, for the report."""

    rule = "compare_masks"
    shown = Shown("png", "overlap", "Masks", "overlap")
    what = "overlap"
    of_ranked = False

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether there are several abilities."""
        return super().belongs_to(run) and len(run.abilities) > 1


@dataclass(frozen=True)
class MeasureCore(Drawn):
    """Measure what all abilities' most important weights share at each mask fraction."""

    rule = "measure_core"
    threads = 2
    shown = Shown("png", "core", "Masks", "shared core")
    name = "core"

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether scores are kept and there are several abilities."""
        several = len(run.abilities) > 1 and not run.drops_importance
        return super().belongs_to(run) and several

    @property
    def title(self) -> str:
        """The title of the figure."""
        return f"{self.model}: what top masks share"

    @property
    def settings(self) -> Any:
        """Also the sizes of the `top` masks."""
        return super().settings | {"mask_fractions": SWEEP}

    @property
    def importance(self) -> dict[str, Path]:
        """An ability's scores, by ability."""
        return self.importance_files(self.run.abilities)

    @property
    def inputs(self) -> Files:
        """The scores, and the model for its size."""
        return {"model": self.folder, "importance": list(self.importance.values())}

    def memory(self, size: Size) -> float:
        """The `top` masks of all abilities and mask fractions; importance is read a tensor at a
        time.
        """
        return super().memory(size) + 4 * len(self.run.abilities) * self.entries(SWEEP, size)

    def minutes(self, size: Size) -> float:
        """Time, with slack; it grows with the model."""
        return size.minutes(60, 15)

    def make(self, threads: int) -> None:
        """Measure what all abilities' most important weights share at each mask fraction."""
        from benchprof.analysis.job import measure_core
        from benchprof.threads import use_threads

        use_threads(threads)
        measure_core(
            folder=self.folder,
            importances=self.importance,
            mask_fractions=SWEEP,
            drawing=self.drawing,
        )


@dataclass(frozen=True)
class MeasureStability(Halving, Drawn):
    """Measure how far the masks of two halves of the items agree, over their number.

    Not from the results alone: it computes importance again, twice as much as the run did.
    """

    rule = "measure_stability"
    shown = Shown("png", "stability", "Masks", "stability")
    name = "stability"

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether a mask fraction is a number."""
        return super().belongs_to(run) and bool(run.known_mask_fractions)

    @property
    def title(self) -> str:
        """The title of the figure."""
        return f"{self.model}: how far the masks of two halves of the items agree"

    def memory(self, size: Size) -> float:
        """As importance, and the abilities' masks of two halves in every selection and mask
        fraction.
        """
        masks = (
            len(self.run.abilities)
            * len(self.run.selections)
            * self.entries(self.run.known_mask_fractions, size)
        )
        return super().memory(size) + 8 * masks

    def minutes(self, size: Size) -> float:
        """Time for every half at every number of items."""
        return size.minutes(180, 60)

    def make(self, threads: int) -> None:
        """Measure how far the masks of two halves of the items agree, over their number."""
        from benchprof.analysis.stability_job import measure_stability
        from benchprof.threads import use_threads

        use_threads(threads)
        measure_stability(
            self.scoring,
            train=self.run.train_items,
            rules=self.run.selection_rules,
            mask_fractions=self.run.known_mask_fractions,
            drawing=self.drawing,
            store=self.run.store,
            super_set=self.super_set,
        )


ANALYSES = (LocateMasks, CompareMasks, MeasureSelectivity, MeasureCore, MeasureStability)


def analysis_files(run: Run) -> list[Path]:
    """Every table and figure of the analysis."""
    return [path for kind in ANALYSES for path in kind.files_of(run)]
