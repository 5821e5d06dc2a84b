"""Write the methods of this run as text with citations, and the BibTeX of what it used."""

import pandas as pd

from benchprof.report.methods import write_methods
from benchprof.run import paths
from benchprof.run.jobs.report import WriteMethods
from benchprof.run.script import run_script


def main(job: WriteMethods, threads: int) -> None:
    """Write the methods of this run as text with citations, and the BibTeX of what it used."""
    write_methods(
        text=paths.METHODS,
        bibliography=paths.REFERENCES,
        config=job.run.configuration,
        tables={path.stem: pd.read_parquet(path) for path in job.tables},
        models=job.sources,
        shipped=job.shipped,
        super_sets=job.super_sets,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
