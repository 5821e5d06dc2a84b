"""Tell where the masks of one selection and k lie, or how far they overlap."""

from benchprof.analysis.job import look_at_masks
from benchprof.models.architecture import architecture_of
from benchprof.models.units import entry_counts
from benchprof.run.jobs.drawn import MasksOfOneK
from benchprof.run.script import run_script


def main(job: MasksOfOneK, threads: int) -> None:
    """Tell where the masks of one selection and k lie, or how far they overlap."""
    look_at_masks(
        what=job.what,
        masks=job.masks,
        sizes=entry_counts(architecture_of(job.folder), job.run.scope),
        fraction=job.k,
        drawing=job.drawing,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
