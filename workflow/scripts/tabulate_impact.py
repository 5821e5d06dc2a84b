"""Write the AIS of one model under one selection and k as tables for a paper."""

from pathlib import Path

import pandas as pd

from benchprof.logs import logged
from benchprof.report.paper_tables import write_impact_tables

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        write_impact_tables(
            table=pd.read_parquet(snakemake.input.impact),
            model=snakemake.wildcards.model,
            selection=snakemake.wildcards.selection,
            fraction=snakemake.wildcards.fraction,
            own_benchmarks=snakemake.params.own_benchmarks,
            targets=[Path(path) for path in snakemake.output],
        )
