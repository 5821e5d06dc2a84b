"""Jobs that draw a figure of a table of the profile stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from benchprof import paths
from benchprof.jobs.calibration import CalibrateMasks, EvaluateCalibration
from benchprof.jobs.evaluation import EvaluateBenchmark, EvaluateModel
from benchprof.jobs.exhibit import Exhibit, OfModel, OfModels
from benchprof.jobs.importance import ComputeImportance
from benchprof.jobs.job import Files, Job, Shown
from benchprof.jobs.masks import DrawControls, FindSuper, SelectMasks
from benchprof.jobs.models import CheckSizes, PrepareModel
from benchprof.jobs.profile import ComputeProfile
from benchprof.run.run import Run

TIMED: tuple[type[Job], ...] = (
    PrepareModel,
    CheckSizes,
    ComputeImportance,
    FindSuper,
    SelectMasks,
    DrawControls,
    EvaluateCalibration,
    CalibrateMasks,
    EvaluateBenchmark,
    EvaluateModel,
    ComputeProfile,
)
"""Jobs of the stages, whose time the figure of the pipeline shows."""


@dataclass(frozen=True)
class Figure(Exhibit):
    """A figure, with its numbers as CSV and its caption as TXT beside it.

    Attributes:
        module: of `benchprof.report.figures`, that draws it.
        draw: its function that does.
    """

    forms = ("png", "svg", "csv", "txt")
    module: ClassVar[str]
    draw: ClassVar[str]

    @property
    def name(self) -> str:
        """Its path below the folder of figures, without an ending."""
        raise NotImplementedError

    @property
    def stem(self) -> Path:
        """The files below the folder of figures, without their endings."""
        return paths.RESULTS / "figures" / self.name

    @property
    def further_code(self) -> tuple[str, ...]:
        """What draws it."""
        return (f"report.figures.{self.module}",)

    @property
    def function(self) -> Callable[..., None]:
        """What draws it."""
        drawing = import_module(f"benchprof.report.figures.{self.module}")
        return getattr(drawing, self.draw)  # type: ignore[no-any-return]

    def make(self, threads: int) -> None:
        """Draw the figure from its part of the table."""
        import pandas as pd

        self.function(table=pd.read_parquet(self.table), targets=self.targets, **self.view)


@dataclass(frozen=True)
class ModelFigure(OfModel, Figure):
    """A figure of one model under one selection and mask fraction, named after its rule."""

    @property
    def name(self) -> str:
        """Its path below the folder of figures."""
        return (
            f"{self.model}/{self.rule.removeprefix('plot_')}_{self.selection}_{self.mask_fraction}"
        )

    @property
    def further(self) -> Mapping[str, Any]:
        """What else is drawn."""
        return {}

    def make(self, threads: int) -> None:
        """Draw the figure from the matrix of AIS."""
        import pandas as pd

        from benchprof.report.matrix import matrix_of

        matrix = matrix_of(pd.read_parquet(self.table), **self.view)
        self.function(matrix, self.targets, **self.further)


class PlotImpact(ModelFigure):
    """AIS of every ability on every benchmark."""

    rule, module, draw = "plot_impact", "heatmap", "draw_heatmap"
    shown = Shown("png", "impact", "Ability impact")


class PlotForest(ModelFigure):
    """AIS with their intervals."""

    rule, module, draw = "plot_forest", "forest", "draw_forest"
    shown = Shown("png", "forest", "Ability impact with intervals")


class PlotRibbons(ModelFigure):
    """Which abilities feed which benchmarks."""

    rule, module, draw = "plot_ribbons", "ribbons", "draw_ribbons"
    shown = Shown("png", "ribbons", "Abilities and benchmarks")


class PlotRadar(ModelFigure):
    """The profile of each benchmark, together and singly."""

    rule, module, draw = "plot_radar", "radar", "draw_radars"
    shown = Shown("png", "radar", "Profiles of benchmarks")

    @property
    def singles(self) -> dict[str, list[Path]]:
        """Each benchmark's own radar in every form."""
        return {
            name: [self.stem / f"{name}.{form}" for form in self.forms]
            for name in self.run.benchmarks
        }

    @property
    def further(self) -> Mapping[str, Any]:
        """The single radars."""
        return {"singles": self.singles}

    @property
    def outputs(self) -> Files:
        """The figure, and the single radars."""
        singles = [path for own in self.singles.values() for path in own]
        return {**super().outputs, "singles": singles}


@dataclass(frozen=True)
class PlotSweep(Figure):
    """AIS against the mask fraction."""

    model: str
    selection: str
    rule, module, draw = "plot_sweep", "sweep", "draw_sweep"
    shown = Shown("png", "sweep", "Ability impact against the mask fraction")

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether there are several k."""
        return super().belongs_to(run) and len(run.mask_fractions) > 1

    @property
    def name(self) -> str:
        """Its path below the folder of figures."""
        return f"{self.model}/sweep_{self.selection}"

    @property
    def view(self) -> Mapping[str, Any]:
        """One model and selection."""
        return {"model": self.model, "selection": self.selection}


class PlotSimilarity(OfModels, Figure):
    """How similar every two models' profiles are."""

    rule, module, draw = "plot_similarity", "similarity", "draw_similarity"
    shown = Shown("png", "similarity", "Similarity of models")

    @property
    def name(self) -> str:
        """Its path below the folder of figures."""
        return f"similarity_{self.selection}_{self.mask_fraction}"


@dataclass(frozen=True)
class PlotPipeline(Figure):
    """The stages of this run with what each took. By the time of the table every job is timed."""

    rule, module, draw = "plot_pipeline", "pipeline", "draw_pipeline"
    shown = Shown("png", "pipeline", "This run", "pipeline")
    name = "pipeline"

    @property
    def timings(self) -> dict[str, list[Path]]:
        """The timing file of every job, by rule; one of an older run may be missing."""
        kinds = {kind.rule: kind.all_of(self.run) for kind in TIMED}
        return {
            rule: sorted(paths.timing(rule, *job.wildcards.values()) for job in jobs)
            for rule, jobs in kinds.items()
            if jobs
        }

    def make(self, threads: int) -> None:
        """Draw the stages."""
        self.function(timings=self.timings, targets=self.targets)


FIGURES: tuple[type[Figure], ...] = (
    PlotImpact,
    PlotForest,
    PlotRadar,
    PlotRibbons,
    PlotSweep,
    PlotSimilarity,
    PlotPipeline,
)


def figures_of(run: Run) -> list[Figure]:
    """Every figure of a run."""
    return [figure for kind in FIGURES for figure in kind.all_of(run)]
