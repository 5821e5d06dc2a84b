"""Check that every k gives a mask that fits the scope, and note its size."""

from benchprof.masks.size import check_sizes
from benchprof.run import paths
from benchprof.run.jobs.models import CheckSizes
from benchprof.run.script import run_script


def main(job: CheckSizes, threads: int) -> None:
    """Check that every k gives a mask that fits the scope, and note its size."""
    config = job.run.configuration
    check_sizes(
        folder=job.folder,
        scope=config.scope,
        layers=config.layers,
        fractions=job.run.sizes,
        fraction_of=config.fraction_of,
        target=paths.sizes(job.model),
    )


if __name__ == "__main__":
    run_script(main, snakemake)
