"""Have the intact and every ablated model answer the same requests."""

from functools import partial

from benchprof.evaluation.assignment import Assignment
from benchprof.evaluation.intervention import Intervention
from benchprof.evaluation.job import evaluate_benchmarks
from benchprof.importance.levels import level_examples
from benchprof.masks.mask import read_masks
from benchprof.run.jobs.evaluation import Evaluation
from benchprof.run.script import run_script
from benchprof.sandbox.sandbox import Sandbox
from benchprof.tasks.source import task_source
from benchprof.threads import use_threads


def main(job: Evaluation, threads: int) -> None:
    """Have the intact and every ablated model answer the same requests."""
    use_threads(threads)
    config = job.run.configuration
    assignments = [
        Assignment(
            source=task_source(own.asked, own.items, own.exclude, own.local_files),
            limit=own.asked.limit,
            targets=own.records,
        )
        for own in job.parts
    ]
    mean_over = []
    if config.averages_units:
        mean_over = level_examples(job.folder, job.run.train_items)
    evaluate_benchmarks(
        model=job.model_settings,
        assignments=assignments,
        seed=config.seed,
        masks={own.name: mask for own, mask in read_masks(job.masks).items()},
        intervention=Intervention(job.run.configuration.ablation, mean_over),
        store=job.run.store,
        run_code_unsafely=config.run_code_unsafely,
        open_sandbox=partial(Sandbox, parallel=threads),
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
