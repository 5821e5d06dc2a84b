"""Write the similarity of every two models under one selection and k as tables for a paper."""

from pathlib import Path

import pandas as pd

from benchprof.logs import logged
from benchprof.report.paper_tables import write_similarity_tables

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        write_similarity_tables(
            table=pd.read_parquet(snakemake.input.similarity),
            selection=snakemake.wildcards.selection,
            fraction=snakemake.wildcards.fraction,
            targets=[Path(path) for path in snakemake.output],
        )
