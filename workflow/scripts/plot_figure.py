"""Draw one figure from a table of the profile stage."""

from importlib import import_module

import pandas as pd

from benchprof.run.jobs.figures import Figure
from benchprof.run.script import run_script


def main(job: Figure, threads: int) -> None:
    """Draw one figure from a table of the profile stage."""
    draw = getattr(import_module(f"benchprof.report.figures.{job.module}"), job.draw)
    if job.rule == "plot_pipeline":
        draw(timings=job.timings, targets=job.targets)
    else:
        draw(table=pd.read_parquet(job.table), targets=job.targets, **job.view)


if __name__ == "__main__":
    run_script(main, snakemake)
