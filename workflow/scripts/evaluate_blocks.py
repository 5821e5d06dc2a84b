"""Evaluate a planted model without each of its blocks on every benchmark."""

from benchprof.run.jobs.planted import EvaluateBlocks
from benchprof.run.script import run_script
from benchprof.tasks.source import task_source
from benchprof.threads import use_threads
from benchprof.validation.job import evaluate_blocks


def main(job: EvaluateBlocks, threads: int) -> None:
    """Evaluate a planted model without each of its blocks on every benchmark."""
    use_threads(threads)
    evaluate_blocks(
        card=job.planted_card,
        model=job.model_settings,
        benchmarks={
            name: (task_source(own.asked, own.items, own.exclude, own.local_files), own.asked.limit)
            for name, own in job.benchmarks.items()
        },
        seed=job.run.configuration.seed,
        masks=job.blocks,
        forms=job.forms,
        targets=job.truth,
        store=job.run.store,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
