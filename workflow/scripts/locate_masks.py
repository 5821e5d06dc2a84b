"""Tell where the masks of one selection and k lie."""

from benchprof.analysis.job import locate_masks
from benchprof.run.jobs.analysis import LocateMasks
from benchprof.run.script import run_script


def main(job: LocateMasks, threads: int) -> None:
    """Tell where the masks of one selection and k lie."""
    locate_masks(
        masks=job.masks,
        importance=job.scores,
        title=job.title,
        fraction=job.k,
        csv=job.csv,
        figures=job.figures,
    )


if __name__ == "__main__":
    run_script(main, snakemake)
