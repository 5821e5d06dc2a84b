"""Draw AIS against k for one model under one selection."""

from pathlib import Path

import pandas as pd

from benchprof.logs import logged
from benchprof.report.figures.sweep import draw_sweep

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        draw_sweep(
            table=pd.read_parquet(snakemake.input.impact),
            model=snakemake.wildcards.model,
            selection=snakemake.wildcards.selection,
            targets=[Path(path) for path in snakemake.output],
        )
