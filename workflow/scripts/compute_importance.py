"""Score the weights in scope for every ability of one model."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from benchprof import data
from benchprof.importance.job import compute_importance
from benchprof.importance.transient import compute_transient
from benchprof.masks.stored import needed_for
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.jobs.masks import SelectMasks
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: ComputeImportance, threads: int) -> None:
    """Score the weights in scope for every ability of one model."""
    use_threads(threads)
    compute: Callable[..., None] = partial(compute_importance, store=job.run.store)
    if job.run.drops_importance:
        compute = partial(compute_transient, needed=partial(needed_by, job))
    compute(
        job.scoring,
        train=job.run.train_items,
        targets=job.importance,
    )


def needed_by(job: ComputeImportance, origins: Mapping[str, Any]) -> set[str]:
    """Whose scores the masks of a job's model need, as far as the store lacks them."""
    selecting = [SelectMasks(job.run, job.model, selection) for selection in job.run.selections]
    return needed_for(
        [ablation for own in selecting for ablation in own.masks],
        origins,
        job.run.selection_rules,
        job.folder,
        data.NEUTRAL_TEXT,
        job.run.store,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
