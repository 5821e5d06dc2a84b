"""Measure what the most important weights of all abilities share, over k."""

from benchprof.analysis.job import measure_core
from benchprof.run.jobs.analysis import SWEEP, MeasureCore
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: MeasureCore, threads: int) -> None:
    """Measure what the most important weights of all abilities share, over k."""
    use_threads(threads)
    measure_core(
        folder=job.folder,
        importances=job.importance,
        fractions=SWEEP,
        drawing=job.drawing,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
