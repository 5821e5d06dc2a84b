"""Write AIS or similarities as tables for a paper."""

import pandas as pd

from benchprof.report.matrix import matrix_of
from benchprof.report.paper_tables import write_impact_tables, write_similarity_tables
from benchprof.run.jobs.tables import PaperTable, TabulateImpact
from benchprof.run.script import run_script


def main(job: PaperTable, threads: int) -> None:
    """Write AIS or similarities as tables for a paper."""
    table = pd.read_parquet(job.table)
    if isinstance(job, TabulateImpact):
        write_impact_tables(matrix_of(table, **job.view), job.targets)
    else:
        write_similarity_tables(table=table, targets=job.targets, **job.view)


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
