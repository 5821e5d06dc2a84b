"""Tell how far the masks of one selection and k overlap."""

from benchprof.analysis.job import compare_masks
from benchprof.run.jobs.analysis import CompareMasks
from benchprof.run.script import run_script


def main(job: CompareMasks, threads: int) -> None:
    """Tell how far the masks of one selection and k overlap."""
    compare_masks(
        masks=job.masks,
        importance=job.scores,
        title=job.title,
        fraction=job.k,
        csv=job.csv,
        figures=job.figures,
    )


if __name__ == "__main__":
    run_script(main, snakemake)
