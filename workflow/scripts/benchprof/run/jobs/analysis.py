"""Jobs of the analysis, which is no part of the default run: what the masks look like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, Self

from benchprof import codebase, digests
from benchprof.errors import InputError
from benchprof.profile.settings import Settings
from benchprof.profile.source import Source
from benchprof.run import paths
from benchprof.run.ablation import Ablation
from benchprof.run.configuration import CALIBRATED
from benchprof.run.jobs.job import FORMS, Files, ModelJob, Size
from benchprof.run.jobs.profile import profile_settings, source_of
from benchprof.run.jobs.replication import Halving
from benchprof.run.run import Run

SWEEP = ["0.00001", "0.00004", "0.00016", "0.00064", "0.00256", "0.01024"]
"""Each k of the paper."""
MODULES = (
    "benchprof.analysis", "benchprof.profile.criteria", "benchprof.report.names",
    "benchprof.report.numbers", "benchprof.report.style", "benchprof.run.ablation",
)  # fmt: skip
"""What makes the tables and figures, so that they are made again when it changed."""
SELECTIVITY_MODULES = (
    "benchprof.abilities.item", "benchprof.profile.form", "benchprof.profile.guessing",
    "benchprof.profile.impact", "benchprof.profile.reason", "benchprof.profile.resampling",
    "benchprof.profile.settings", "benchprof.profile.units", "benchprof.sampling",
    "benchprof.tasks.guessing",
)  # fmt: skip
"""What else makes the selectivity table: the kinds of companion, form and its intervals."""


@dataclass(frozen=True)
class Drawn(ModelJob):
    """A job that writes a table and draws it.

    Attributes:
        of_ranked: whether it tells of what importance ranks, or where it put the masks, and so
            nothing new of masks that are listed.
    """

    of_ranked: ClassVar[bool] = True

    @classmethod
    def all_of(cls, run: Run) -> list[Self]:
        """Every such job; none that tells of ranked masks where they are listed."""
        return [] if run.lists and cls.of_ranked else super().all_of(run)

    @property
    def name(self) -> str:
        """The name of the table."""
        raise NotImplementedError

    @property
    def csv(self) -> Path:
        """The table."""
        return paths.RESULTS / "analysis" / self.model / f"{self.name}.csv"

    @property
    def figures(self) -> list[Path]:
        """The figure as PNG and SVG, and its caption."""
        return [self.csv.with_suffix(f".{form}") for form in FORMS]

    @property
    def outputs(self) -> Files:
        """The table and the figure."""
        return {"csv": self.csv, **dict(zip(FORMS, self.figures, strict=True))}

    @property
    def settings(self) -> Any:
        """What is looked at, and the code: an edited table or figure is made again."""
        return {
            "abilities": self.run.abilities,
            "fractions": SWEEP,
            "code": digests.of_modules(MODULES),
        }

    @property
    def importance(self) -> dict[str, Path]:
        """An ability's scores, by ability."""
        return {ability: paths.importance(self.model, ability) for ability in self.run.abilities}


@dataclass(frozen=True)
class Compared(Drawn):
    """A job that looks at the masks of one selection and k."""

    selection: str
    k: str

    @property
    def name(self) -> str:
        """The name of the table."""
        return f"{self.what}_{self.selection}_{self.k}"

    @property
    def what(self) -> str:
        """What it tells of the masks, as the table's name begins."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """The title of the figure."""
        return f"{self.model}: {self.selection}"

    @property
    def masks(self) -> dict[str, Path]:
        """The masks by ability."""
        return {
            ability: paths.mask(self.model, Ablation(ability, self.selection, self.k))
            for ability in self.run.abilities
        }

    @property
    def inputs(self) -> Files:
        """The masks, and the model for the sizes of its tensors."""
        return {"masks": list(self.masks.values()), "model": self.folder}

    def memory(self, size: Size) -> float:
        """The abilities' masks of one k, and once more while they are compared."""
        return super().memory(size) + 8 * len(self.run.abilities) * self.entries([self.k], size)

    def minutes(self, size: Size) -> float:
        """Time, with slack; it grows with the model."""
        return size.minutes(30, 5)


@dataclass(frozen=True)
class LocateMasks(Compared):
    """Tell where the masks of one selection and k lie."""

    rule, script = "locate_masks", "compare_masks"
    what = "location"


@dataclass(frozen=True)
class CompareMasks(Compared):
    """Tell how far the masks of one selection and k overlap."""

    rule = "compare_masks"
    what = "overlap"

    @classmethod
    def all_of(cls, run: Run) -> list[Self]:
        """Every such job; none with a single ability."""
        return super().all_of(run) if len(run.abilities) > 1 else []


@dataclass(frozen=True)
class MeasureSelectivity(Compared):
    """Measure how much answer loss each ability's ablation costs on every test split."""

    rule = "measure_selectivity"
    what = "selectivity"
    of_ranked = False

    @classmethod
    def all_of(cls, run: Run) -> list[Self]:
        """Every such job; none without an own test."""
        return super().all_of(run) if run.own_benchmarks else []

    @property
    def profile(self) -> Settings:
        """How the intervals of form are made."""
        return profile_settings(self.run)

    @property
    def settings(self) -> Any:
        """Also how form and its intervals are made."""
        own = self.profile
        return super().settings | {
            "tests": self.run.own_benchmarks,
            "companions": self.run.own_companions,
            "intervals": [own.resamples, own.confidence, own.seed],
            "own_code": digests.of_modules(SELECTIVITY_MODULES),
        }

    @property
    def effects(self) -> Path:
        """Whether each mask's effect is one on its ability."""
        return self.csv.with_name(f"effects_{self.selection}_{self.k}.csv")

    @property
    def outputs(self) -> Files:
        """Also the table of effects."""
        return {**super().outputs, "effects": self.effects}

    @property
    def intact(self) -> dict[str, Path]:
        """The intact model's record of every own test and of its items' companions."""
        asked = [self.run.own_benchmarks, *self.run.own_companions.values()]
        names = [name for benchmarks in asked for name in benchmarks.values()]
        return {name: paths.record(self.model, name, None) for name in names}

    @property
    def sources(self) -> list[Source]:
        """The records of them under the masks of this selection and k.

        Raises:
            InputError: k is a candidate of the calibration, under whose masks no test is asked.
        """
        asked = [name for name in self.run.benchmarks if name in self.intact]
        view = (self.selection, self.k)
        under = [own for own in self.run.ablations if (own.selection, own.k) == view]
        if not under:
            found = f"k = {self.k}, a candidate of the calibration that is not evaluated on tests"
            remedy = f"Ask for {replace(self, k=CALIBRATED).csv}."
            raise InputError(self.csv, found, f"one of {', '.join(self.run.ks)}", remedy)
        return [source_of(self.model, *own) for own in product(asked, under)]

    @property
    def inputs(self) -> Files:
        """Records and masks."""
        return {
            "intact": list(self.intact.values()),
            "records": [source.record for source in self.sources],
            "masks": sorted({source.mask for source in self.sources}),
        }


@dataclass(frozen=True)
class MeasureCore(Drawn):
    """Measure what the most important weights of all abilities share, over k."""

    rule = "measure_core"
    name = "core"

    @classmethod
    def all_of(cls, run: Run) -> list[Self]:
        """Every such job; none where scores are dropped, or with a single ability."""
        several = len(run.abilities) > 1 and not run.drops_importance
        return super().all_of(run) if several else []

    @property
    def title(self) -> str:
        """The title of the figure."""
        return f"{self.model}: what top masks share"

    @property
    def settings(self) -> Any:
        """Also the code that chooses the `top` masks."""
        return super().settings | {"masks": codebase.digest_of("masks")}

    @property
    def inputs(self) -> Files:
        """The scores, and the model for its size."""
        return {"model": self.folder, "importance": list(self.importance.values())}

    def memory(self, size: Size) -> float:
        """The `top` masks of all abilities and k; importance is read a tensor at a time."""
        return super().memory(size) + 4 * len(self.run.abilities) * self.entries(SWEEP, size)

    def minutes(self, size: Size) -> float:
        """Time, with slack; it grows with the model."""
        return size.minutes(60, 15)


@dataclass(frozen=True)
class MeasureStability(Halving, Drawn):
    """Measure how far the masks of two halves of the items agree, over their number.

    Not from the results alone: it computes importance again, twice as much as the run did.
    """

    rule = "measure_stability"
    name = "stability"

    @classmethod
    def all_of(cls, run: Run) -> list[Self]:
        """Every such job; none without a known k."""
        return super().all_of(run) if run.numbers else []

    @property
    def title(self) -> str:
        """The title of the figure."""
        return f"{self.model}: how far the masks of two halves of the items agree"

    @property
    def settings(self) -> Any:
        """What importance and masks depend on, and the code of the analysis."""
        return super().settings | {"analysis": digests.of_modules(MODULES)}

    def memory(self, size: Size) -> float:
        """As importance, and the abilities' masks of two halves in every selection and k."""
        masks = (
            len(self.run.abilities)
            * len(self.run.selections)
            * self.entries(self.run.numbers, size)
        )
        return super().memory(size) + 8 * masks

    def minutes(self, size: Size) -> float:
        """Time for every half at every number of items."""
        return size.minutes(180, 60)


DRAWN = (LocateMasks, CompareMasks, MeasureSelectivity, MeasureCore, MeasureStability)


def analysis_files(run: Run) -> list[Path]:
    """Every table and figure of the analysis."""
    return [path for kind in DRAWN for job in kind.all_of(run) for path in (job.csv, *job.figures)]
