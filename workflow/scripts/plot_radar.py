"""Draw the radars of all benchmarks of one model under one selection and k."""

from pathlib import Path

import pandas as pd

from benchprof.logs import logged
from benchprof.report.figures.radar import draw_radars

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        output = snakemake.output
        singles = [Path(path) for path in output.singles]
        draw_radars(
            table=pd.read_parquet(snakemake.input.impact),
            model=snakemake.wildcards.model,
            selection=snakemake.wildcards.selection,
            fraction=snakemake.wildcards.fraction,
            own_benchmarks=snakemake.params.own_benchmarks,
            targets=[Path(path) for path in (output.png, output.svg, output.csv)],
            singles={
                benchmark: [path for path in singles if path.stem == benchmark]
                for benchmark in snakemake.params.benchmarks
            },
        )
