"""Measure what the most important weights of all abilities share, over k."""

from pathlib import Path

from benchprof.analysis.job import measure_core
from benchprof.logs import logged
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        measure_core(
            folder=Path(snakemake.input.model),
            importances=dict(
                zip(snakemake.params.abilities, map(Path, snakemake.input.importance), strict=True)
            ),
            fractions=snakemake.params.fractions,
            title=snakemake.params.title,
            csv=Path(snakemake.output.csv),
            figures=[Path(snakemake.output.png), Path(snakemake.output.svg)],
        )
