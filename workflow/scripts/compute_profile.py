"""Turn all records into the tables of results/profiles."""

from benchprof.profile.job import compute_profile
from benchprof.run import paths
from benchprof.run.jobs.profile import ComputeProfile
from benchprof.run.script import run_script


def main(job: ComputeProfile, threads: int) -> None:
    """Turn all records into the tables of results/profiles."""
    compute_profile(
        intact=job.intact,
        sources=job.sources,
        own_benchmarks=job.run.suite.own_tests,
        settings=job.run.profile_settings,
        folder=paths.PROFILES,
        processes=threads,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
