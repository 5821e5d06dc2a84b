"""Measure how much answer loss each ability's ablation costs on every test split."""

from pathlib import Path

from benchprof.analysis.job import measure_selectivity
from benchprof.logs import logged
from benchprof.profile.scores import Source

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        tests, twins = snakemake.params.tests, snakemake.params.twins
        names = [*tests.values(), *twins.values()]
        measure_selectivity(
            tests=tests,
            twins=twins,
            intact=dict(zip(names, map(Path, snakemake.input.intact), strict=True)),
            sources=[
                Source(**s | {"record": Path(s["record"]), "mask": Path(s["mask"])})
                for s in snakemake.params.sources
            ],
            title=snakemake.params.title,
            fraction=snakemake.wildcards.fraction,
            csv=Path(snakemake.output.csv),
            figures=[Path(snakemake.output.png), Path(snakemake.output.svg)],
        )
