"""A job that shows a table of the profile stage, as a figure or as a table for a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from benchprof import paths
from benchprof.jobs.job import Files, Job
from benchprof.run.run import Run


@dataclass(frozen=True)
class Exhibit(Job):
    """A job that shows a part of one table in several forms.

    Attributes:
        forms: endings of the files.
    """

    forms: ClassVar[tuple[str, ...]]

    @property
    def table(self) -> Path:
        """What is shown."""
        return paths.IMPACT

    @property
    def stem(self) -> Path:
        """The files without their endings."""
        raise NotImplementedError

    @property
    def view(self) -> Mapping[str, Any]:
        """What is shown of the table, as arguments of the function that shows or cuts it."""
        raise NotImplementedError

    @property
    def targets(self) -> list[Path]:
        """A file for each form; not `with_suffix`, since a mask fraction has a point."""
        return [self.stem.parent / f"{self.stem.name}.{form}" for form in self.forms]

    @property
    def inputs(self) -> Files:
        """The table."""
        return {"table": self.table}

    @property
    def outputs(self) -> Files:
        """The files by form."""
        names = (form.replace(".", "_") for form in self.forms)
        return dict(zip(names, self.targets, strict=True))

    @property
    def settings(self) -> Any:
        """What is shown, and the code that shows it."""
        return {
            "own_benchmarks": self.run.suite.held_out_test_of,
            "code": self.code_digest,
            "titles": self.titles,
        }


@dataclass(frozen=True)
class OfModel(Exhibit):
    """An exhibit of one model under one selection and mask fraction."""

    model: str
    selection: str
    mask_fraction: str

    @property
    def view(self) -> Mapping[str, Any]:
        """One model, selection and mask fraction, as arguments of `report.matrix.matrix_of`."""
        return {
            "model": self.model,
            "selection": self.selection,
            "mask_fraction": self.mask_fraction,
            "held_out_test_of": self.run.suite.held_out_test_of,
        }


@dataclass(frozen=True)
class OfModels(Exhibit):
    """An exhibit of all models together under one selection and mask fraction."""

    selection: str
    mask_fraction: str

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether there are several models."""
        return super().belongs_to(run) and len(run.models) > 1

    @property
    def table(self) -> Path:
        """What is shown."""
        return paths.SIMILARITY

    @property
    def view(self) -> Mapping[str, Any]:
        """One selection and mask fraction."""
        return {"selection": self.selection, "mask_fraction": self.mask_fraction}
