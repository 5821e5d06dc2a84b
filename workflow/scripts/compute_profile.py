"""Turn all records into the AIS table and the similarity table."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.profile.job import Source, compute_profile
from benchprof.profile.table import Settings

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings = dict(snakemake.params.settings)
        own_benchmarks = settings.pop("own_benchmarks")
        compute_profile(
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
            own_benchmarks=own_benchmarks,
            settings=Settings(**settings),
            impact_stem=Path("results/profiles/impact"),
            similarity_stem=Path("results/profiles/similarity"),
        )
