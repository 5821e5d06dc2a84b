"""Have the intact and every ablated model answer the same requests."""

from functools import partial

from benchprof.evaluation.job import evaluate_benchmark
from benchprof.masks.mask import read_masks
from benchprof.run.jobs.evaluation import Answered
from benchprof.run.script import run_script
from benchprof.sandbox.sandbox import Sandbox
from benchprof.tasks.source import task_source
from benchprof.threads import use_threads


def main(job: Answered, threads: int) -> None:
    """Have the intact and every ablated model answer the same requests."""
    use_threads(threads)
    config = job.run.configuration
    evaluate_benchmark(
        model=job.model_settings,
        source=task_source(job.asked, job.items, job.exclude, job.local_files),
        limit=job.asked.limit,
        seed=config.seed,
        masks={own.name: mask for own, mask in read_masks(job.masks).items()},
        method=job.run.method,
        targets=job.records,
        store=job.run.store,
        run_code_unsafely=config.run_code_unsafely,
        open_sandbox=partial(Sandbox, parallel=threads),
        kept_in=job.kept_in,
    )


if __name__ == "__main__":
    run_script(main, snakemake)
