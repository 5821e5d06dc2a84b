"""Select the masks that each half of the train items makes alone."""

from benchprof.replication.masks import select_half_masks
from benchprof.run.jobs.replication import SelectHalfMasks
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: SelectHalfMasks, threads: int) -> None:
    """Select the masks that each half of the train items makes alone."""
    use_threads(threads)
    select_half_masks(
        job.scoring,
        train=job.run.train_items,
        rules=job.run.selection_rules,
        targets=job.masks,
        store=job.run.store,
        super_set=job.super_set,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
