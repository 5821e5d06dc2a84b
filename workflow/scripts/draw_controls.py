"""Draw the random controls of one selection's masks."""

from benchprof.importance.levels import level_examples
from benchprof.masks.job import control_classes, draw_controls
from benchprof.run.jobs.masks import DrawControls
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: DrawControls, threads: int) -> None:
    """Draw the random controls of one selection's masks."""
    use_threads(threads)
    examples = []
    if job.of_units:
        examples = level_examples(job.folder, job.run.train_items)
    classes = control_classes(job.prepared, job.run.scope, examples)
    draw_controls(classes, job.masks, job.controls, job.super_set)


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
