"""Draw the similarity of every two models under one selection and k."""

from pathlib import Path

import pandas as pd

from benchprof.logs import logged
from benchprof.report.figures.similarity import draw_similarity

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        draw_similarity(
            table=pd.read_parquet(snakemake.input.similarity),
            selection=snakemake.wildcards.selection,
            fraction=snakemake.wildcards.fraction,
            targets=[Path(path) for path in snakemake.output],
        )
