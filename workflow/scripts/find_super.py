"""Find the few weights or units without which no text is read."""

from benchprof import data
from benchprof.masks.super_job import find_super
from benchprof.run.jobs.masks import FindSuper
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: FindSuper, threads: int) -> None:
    """Find the few weights or units without which no text is read."""
    use_threads(threads)
    find_super(
        prepared=job.prepared,
        importances=job.importance,
        text=data.NEUTRAL_TEXT,
        target=job.target,
        table=job.table,
        store=job.run.store,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
