"""Write the report, a page to read, and the summary, a text for the end of the run."""

import pandas as pd

from benchprof.report.caveats import read_overlap
from benchprof.report.page import write_page
from benchprof.report.summary import write_summary
from benchprof.run import paths
from benchprof.run.jobs.report import WriteReport
from benchprof.run.script import run_script


def main(job: WriteReport, threads: int) -> None:
    """Write the report, a page to read, and the summary, a text for the end of the run."""
    tables = {path.stem: pd.read_parquet(path) for path in job.tables}
    if job.overlaps:
        tables["overlap"] = read_overlap(job.overlaps)
    run, config = job.run, job.run.configuration
    write_page(
        target=paths.REPORT,
        tables=tables,
        own_benchmarks=run.suite.own_tests,
        calibration_benchmarks=run.suite.calibration_splits,
        config=config,
        settings=job.decisive,
        models=job.cards,
        sizes=job.sizes,
        figures=job.drawings,
        super_sets=job.super_sets,
    )
    write_summary(
        target=paths.SUMMARY,
        tables=tables,
        own_benchmarks=run.suite.own_tests,
        impact=config.profile.impact,
        figures=job.figures,
        report=paths.REPORT,
        calibration_benchmarks=run.suite.calibration_splits,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
