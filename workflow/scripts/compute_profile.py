"""Turn all records into the tables of results/profiles."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.profile.job import compute_profile
from benchprof.profile.scores import Source
from benchprof.profile.settings import Settings

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
            folder=Path("results/profiles"),
            processes=snakemake.threads,
        )
