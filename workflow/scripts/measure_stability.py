"""Measure how far the masks of two halves of the diagnostic items agree, over their number."""

from benchprof.analysis.stability_job import measure_stability
from benchprof.run.jobs.analysis import MeasureStability
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: MeasureStability, threads: int) -> None:
    """Measure how far the masks of two halves of the diagnostic items agree, over their number."""
    use_threads(threads)
    measure_stability(
        job.scoring,
        train=job.run.train_items,
        rules=job.run.selection_rules,
        fractions=job.run.known_ks,
        drawing=job.drawing,
        store=job.run.store,
        super_set=job.super_set,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
