"""Measure by how much an ability's AIS on its own test differs with the train items."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.profile.scores import Source
from benchprof.profile.settings import Settings
from benchprof.replication.table import measure_replication

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings = dict(snakemake.params.settings)
        del settings["own_benchmarks"]
        measure_replication(
            impact=Path(snakemake.input.impact),
            intact=dict(
                zip(
                    map(tuple, snakemake.params.intact),
                    map(Path, snakemake.input.intact),
                    strict=True,
                )
            ),
            sources=[
                Source(**source | {key: Path(source[key]) for key in ("record", "mask")})
                for source in snakemake.params.sources
            ],
            settings=Settings(**settings),
            targets=[Path(snakemake.output.csv), Path(snakemake.output.parquet)],
        )
