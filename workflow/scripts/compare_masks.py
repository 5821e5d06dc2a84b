"""Tell where the masks of one selection and k lie, or how far they overlap."""

from benchprof.analysis.job import compare_masks, locate_masks, tensor_sizes
from benchprof.run.jobs.analysis import Compared
from benchprof.run.script import run_script


def main(job: Compared, threads: int) -> None:
    """Tell where the masks of one selection and k lie, or how far they overlap."""
    config = job.run.configuration
    tell = locate_masks if job.rule == "locate_masks" else compare_masks
    tell(
        masks=job.masks,
        sizes=tensor_sizes(job.folder, config.unit, config.scope, config.layers),
        title=job.title,
        fraction=job.k,
        csv=job.csv,
        figures=job.figures,
    )


if __name__ == "__main__":
    run_script(main, snakemake)
