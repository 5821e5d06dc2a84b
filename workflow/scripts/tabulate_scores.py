"""Write AIS or similarities as tables for a paper."""

import pandas as pd

from benchprof.report.paper_tables import write_impact_tables, write_similarity_tables
from benchprof.run.jobs.tables import PaperTable
from benchprof.run.script import run_script


def main(job: PaperTable, threads: int) -> None:
    """Write AIS or similarities as tables for a paper."""
    write = write_impact_tables if job.rule == "tabulate_impact" else write_similarity_tables
    write(table=pd.read_parquet(job.table), targets=job.targets, **job.view)


if __name__ == "__main__":
    run_script(main, snakemake)
