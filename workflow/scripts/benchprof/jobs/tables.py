"""Jobs that write a table of the profile stage for a paper."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof import paths
from benchprof.jobs.exhibit import Exhibit, OfModel, OfModels
from benchprof.run.run import Run


@dataclass(frozen=True)
class PaperTable(Exhibit):
    """A table for a paper, as LaTeX and Markdown."""

    forms = ("tex", "md")


class TabulateImpact(OfModel, PaperTable):
    """The AIS of one model under one selection and mask fraction."""

    rule = "tabulate_impact"

    @property
    def stem(self) -> Path:
        """The files below the folder of tables, without their endings."""
        return (
            paths.RESULTS / "tables" / self.model / f"impact_{self.selection}_{self.mask_fraction}"
        )

    def make(self, threads: int) -> None:
        """Write the tables from the matrix of AIS."""
        import pandas as pd

        from benchprof.report.matrix import matrix_of
        from benchprof.report.paper_tables import write_impact_tables

        write_impact_tables(matrix_of(pd.read_parquet(self.table), **self.view), self.targets)


class TabulateSimilarity(OfModels, PaperTable):
    """The similarity of every two models under one selection and mask fraction."""

    rule = "tabulate_similarity"

    @property
    def stem(self) -> Path:
        """The files below the folder of tables, without their endings."""
        return paths.RESULTS / "tables" / f"similarity_{self.selection}_{self.mask_fraction}"

    def make(self, threads: int) -> None:
        """Write the tables from the rows of this selection and mask fraction."""
        import pandas as pd

        from benchprof.report.paper_tables import write_similarity_tables

        table = pd.read_parquet(self.table)
        write_similarity_tables(table=table, targets=self.targets, **self.view)


def paper_tables(run: Run) -> list[Path]:
    """AIS and similarity for a paper, as LaTeX and Markdown."""
    return [*TabulateImpact.files_of(run), *TabulateSimilarity.files_of(run)]
