"""Score the weights in scope for every ability of one model."""

from benchprof.importance.job import compute_importance
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: ComputeImportance, threads: int) -> None:
    """Score the weights in scope for every ability of one model."""
    use_threads(threads)
    config = job.run.configuration
    compute_importance(
        job.scoring,
        items=job.run.train,
        exclude=job.exclude,
        limit=config.importance.limit,
        seed=config.seed,
        targets=job.importance,
        store=job.run.store,
    )


if __name__ == "__main__":
    run_script(main, snakemake)
