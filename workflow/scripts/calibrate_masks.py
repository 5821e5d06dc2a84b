"""Choose k on the calibration splits, and write the masks and controls at it."""

from benchprof.calibration.job import calibrate_masks
from benchprof.run.jobs.calibration import CalibrateMasks
from benchprof.run.script import run_script


def main(job: CalibrateMasks, threads: int) -> None:
    """Choose k on the calibration splits, and write the masks and controls at it."""
    calibrate_masks(
        model=job.model,
        selection=job.selection,
        intact=job.intact,
        sources=job.sources,
        candidates=job.candidates,
        targets=job.calibrated,
        choice=job.choice,
        table=job.table,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
