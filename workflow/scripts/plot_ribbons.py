"""Draw the ribbons from abilities to benchmarks of one model under one selection and k."""

from pathlib import Path

import pandas as pd

from benchprof.logs import logged
from benchprof.report.figures.ribbons import draw_ribbons

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        draw_ribbons(
            table=pd.read_parquet(snakemake.input.impact),
            model=snakemake.wildcards.model,
            selection=snakemake.wildcards.selection,
            fraction=snakemake.wildcards.fraction,
            own_benchmarks=snakemake.params.own_benchmarks,
            targets=[Path(path) for path in snakemake.output],
        )
