"""What the jobs of the analysis have in common: each writes a table and draws it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from benchprof import paths
from benchprof.ablation import Ablation
from benchprof.analysis.drawing import Drawing
from benchprof.jobs.job import FORMS, Files, ModelJob, Size
from benchprof.run.run import Run


@dataclass(frozen=True)
class Drawn(ModelJob):
    """A job that writes a table and draws it.

    Attributes:
        of_ranked: whether it tells of what importance ranks, or where it put the masks, and so
            nothing new of masks that are listed.
    """

    of_ranked: ClassVar[bool] = True

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether masks are ranked; always true of a job that does not depend on ranking."""
        return super().belongs_to(run) and not (run.lists and cls.of_ranked)

    @property
    def name(self) -> str:
        """The name of the table."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """The title of the figure."""
        raise NotImplementedError

    @property
    def csv(self) -> Path:
        """The table."""
        return paths.RESULTS / "analysis" / self.model / f"{self.name}.csv"

    @property
    def figures(self) -> list[Path]:
        """The figure as PNG, SVG and PDF, and its caption."""
        return [self.csv.with_suffix(f".{form}") for form in FORMS]

    @property
    def drawing(self) -> Drawing:
        """The table and the figure with its title."""
        return Drawing(self.title, self.csv, self.figures)

    @property
    def outputs(self) -> Files:
        """The table and the figure."""
        return {"csv": self.csv, **dict(zip(FORMS, self.figures, strict=True))}

    @property
    def settings(self) -> Any:
        """What is looked at, and the code: an edited table or figure is made again."""
        return {
            "abilities": self.run.abilities,
            "code": self.code_digest,
        }


@dataclass(frozen=True)
class MasksOfOneMaskFraction(Drawn):
    """A job that looks at the masks of one selection and mask fraction."""

    selection: str
    mask_fraction: str

    @property
    def name(self) -> str:
        """The name of the table."""
        return f"{self.what}_{self.selection}_{self.mask_fraction}"

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
            ability: paths.mask(self.model, Ablation(ability, self.selection, self.mask_fraction))
            for ability in self.run.abilities
        }

    @property
    def inputs(self) -> Files:
        """The masks, and the model for the sizes of its tensors."""
        return {"masks": list(self.masks.values()), "model": self.folder}

    def memory(self, size: Size) -> float:
        """The abilities' masks of one mask fraction, and once more while they are compared."""
        return super().memory(size) + 8 * len(self.run.abilities) * self.entries(
            [self.mask_fraction], size
        )

    def minutes(self, size: Size) -> float:
        """Time, with slack; it grows with the model."""
        return size.minutes(30, 5)

    def make(self, threads: int) -> None:
        """Tell where the masks of one selection and mask fraction lie, or how far they overlap."""
        from benchprof.analysis.job import look_at_masks
        from benchprof.models.architecture import architecture_of
        from benchprof.models.units import entry_counts

        look_at_masks(
            what=self.what,
            masks=self.masks,
            sizes=entry_counts(architecture_of(self.folder), self.run.scope),
            mask_fraction=self.mask_fraction,
            drawing=self.drawing,
        )
