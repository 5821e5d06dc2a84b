"""Jobs that draw a figure of a table of the profile stage: a kind for each entry of `FIGURES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from benchprof import paths
from benchprof.jobs.exhibit import Exhibit, OfModel, OfModels
from benchprof.jobs.item_profile import ProfileItems
from benchprof.jobs.job import Files, Shown
from benchprof.report.figure import FIGURES, Entry, Of, function_of
from benchprof.run.run import Run


@dataclass(frozen=True)
class Figure(Exhibit):
    """A figure, with its numbers as CSV and its caption as TXT beside it.

    Attributes:
        module: of `benchprof.report.figures`, that draws it.
        entry: what the module says of it.
    """

    module: ClassVar[str]
    entry: ClassVar[Entry]

    @property
    def stem(self) -> Path:
        """The files without their endings: of one model in a folder of its name."""
        view = self.wildcards
        folder = paths.RESULTS / "figures" / view.pop("model", "")
        return folder / self.entry.stem(*view.values())

    @property
    def further_code(self) -> tuple[str, ...]:
        """What draws it."""
        return (f"report.figures.{self.module}",)

    @property
    def function(self) -> Callable[..., None]:
        """What draws it."""
        return function_of(self.module, self.entry.draw)  # type: ignore[no-any-return]

    def make(self, threads: int) -> None:
        """Draw the figure from its part of the table."""
        import pandas as pd

        self.function(table=pd.read_parquet(self.table), targets=self.targets, **self.view)


@dataclass(frozen=True)
class MatrixFigure(OfModel, Figure):
    """A figure of one model under one selection and mask fraction."""

    @property
    def singles(self) -> dict[str, list[Path]]:
        """Each benchmark's own drawing in every form; none where the figure has no such."""
        return {
            name: [self.stem / f"{name}.{form}" for form in self.forms]
            for name in (self.run.benchmarks if self.entry.each_benchmark else ())
        }

    @property
    def outputs(self) -> Files:
        """The figure, and the drawings of single benchmarks."""
        singles = [path for own in self.singles.values() for path in own]
        return {**super().outputs, "singles": singles} if singles else super().outputs

    def make(self, threads: int) -> None:
        """Draw the figure from the matrix of AIS."""
        import pandas as pd

        from benchprof.report.matrix import matrix_of

        matrix = matrix_of(pd.read_parquet(self.table), **self.view)
        further = {"singles": self.singles} if self.entry.each_benchmark else {}
        self.function(matrix, self.targets, **further)


@dataclass(frozen=True)
class FigureOfFractions(Figure):
    """A figure of one model under one selection at every mask fraction."""

    model: str
    selection: str

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether there are several mask fractions."""
        return super().belongs_to(run) and len(run.mask_fractions) > 1

    @property
    def view(self) -> Mapping[str, Any]:
        """One model and selection."""
        return {"model": self.model, "selection": self.selection}


@dataclass(frozen=True)
class FigureOfShares(Figure):
    """A figure of one model's item profiles."""

    model: str

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether the run has item profiles."""
        return ProfileItems.belongs_to(run)

    @property
    def shares(self) -> Path:
        """The table of shares."""
        return paths.item_profile(self.model, "shares.parquet")

    @property
    def inputs(self) -> Files:
        """The shares."""
        return {"table": self.shares}

    def make(self, threads: int) -> None:
        """Draw the shares."""
        import pandas as pd

        self.function(pd.read_parquet(self.shares), self.targets)


@dataclass(frozen=True)
class FigureOfModels(OfModels, Figure):
    """A figure of all models under one selection and mask fraction."""


@dataclass(frozen=True)
class FigureOfRun(Figure):
    """A figure of what the run took. By the time of the table every job is timed."""

    @property
    def timings(self) -> dict[str, list[Path]]:
        """The timing file of every job, by rule; one of an older run may be missing."""
        # That module names every job, and so imports this one.
        from benchprof.jobs.all import EVERY

        kinds = {kind.rule: kind.all_of(self.run) for kind in EVERY if kind.timed}
        return {
            rule: sorted(paths.timing(rule, *job.wildcards.values()) for job in jobs)
            for rule, jobs in kinds.items()
            if jobs
        }

    def make(self, threads: int) -> None:
        """Draw the stages."""
        self.function(timings=self.timings, targets=self.targets)


KINDS: Mapping[Of, type[Figure]] = {
    "matrix": MatrixFigure,
    "curve": FigureOfFractions,
    "shares": FigureOfShares,
    "models": FigureOfModels,
    "run": FigureOfRun,
}


def _kind(module: str, entry: Entry) -> type[Figure]:
    """The jobs of one figure."""
    alone = entry.name if entry.of == "run" else ""
    own = {
        "rule": f"plot_{entry.name}",
        "module": module,
        "entry": entry,
        "forms": ("png", "svg", "pdf", *(["column.pdf"] if entry.narrow else []), "csv", "txt"),
        "shown": Shown("png", entry.name, entry.title, alone),
    }
    return type(f"Plot{entry.name.title()}", (KINDS[entry.of],), own)


PLOTS: tuple[type[Figure], ...] = tuple(_kind(*own) for own in FIGURES.items())
"""The jobs of each figure."""


def figures_of(run: Run) -> list[Figure]:
    """Every figure of a run."""
    return [figure for kind in PLOTS for figure in kind.all_of(run)]
