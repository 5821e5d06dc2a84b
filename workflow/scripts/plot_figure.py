"""Draw one figure from a table of the profile stage."""

from importlib import import_module

import pandas as pd

from benchprof.report.matrix import matrix_of
from benchprof.run.jobs.figures import Figure, ModelFigure, PlotPipeline, PlotRadar
from benchprof.run.script import run_script


def main(job: Figure, threads: int) -> None:
    """Draw one figure from a table of the profile stage."""
    draw = getattr(import_module(f"benchprof.report.figures.{job.module}"), job.draw)
    if isinstance(job, PlotPipeline):
        draw(timings=job.timings, targets=job.targets)
        return
    table = pd.read_parquet(job.table)
    if not isinstance(job, ModelFigure):
        draw(table=table, targets=job.targets, **job.view)
        return
    further = {"singles": job.singles} if isinstance(job, PlotRadar) else {}
    draw(matrix_of(table, **job.view), job.targets, **further)


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
