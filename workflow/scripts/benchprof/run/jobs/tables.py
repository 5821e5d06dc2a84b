"""Jobs that write a table of the profile stage for a paper."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

from benchprof.run import paths
from benchprof.run.jobs.exhibit import Exhibit, OfModel, OfModels
from benchprof.run.run import Run


@dataclass(frozen=True)
class PaperTable(Exhibit):
    """A table for a paper, as LaTeX and Markdown."""

    script = "tabulate_scores"
    forms = ("tex", "md")
    modules = ("paper_tables", "latex", "pairs")


class TabulateImpact(OfModel, PaperTable):
    """The AIS of one model under one selection and k."""

    rule = "tabulate_impact"

    @property
    def stem(self) -> Path:
        """The files below the folder of tables, without their endings."""
        return paths.RESULTS / "tables" / self.model / f"impact_{self.selection}_{self.k}"


class TabulateSimilarity(OfModels, PaperTable):
    """The similarity of every two models under one selection and k."""

    rule = "tabulate_similarity"

    @property
    def stem(self) -> Path:
        """The files below the folder of tables, without their endings."""
        return paths.RESULTS / "tables" / f"similarity_{self.selection}_{self.k}"


def paper_tables(run: Run) -> list[Path]:
    """AIS and similarity for a paper, as LaTeX and Markdown."""
    jobs: list[PaperTable] = [
        TabulateImpact(run, *view) for view in product(run.models, run.selections, run.ks)
    ]
    if len(run.models) > 1:
        jobs += [TabulateSimilarity(run, *view) for view in product(run.selections, run.ks)]
    return [path for job in jobs for path in job.targets]
