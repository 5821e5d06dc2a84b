"""Select the masks of one selection for all abilities and k."""

from benchprof.masks.listed import list_masks
from benchprof.masks.stored import select_stored
from benchprof.run.ablation import LISTED
from benchprof.run.jobs.masks import SelectMasks
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: SelectMasks, threads: int) -> None:
    """Select the masks of one selection for all abilities and k."""
    use_threads(threads)
    if job.run.lists:
        settings = job.run.selection_settings[LISTED]
        list_masks(job.folder, job.run.scope, job.run.lists, settings, job.masks)
        return
    select_stored(
        folder=job.folder,
        rule=job.run.selection_rules[job.selection],
        importances=job.importance,
        targets=job.masks,
        super_set=job.super_set,
        store=job.run.store,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
