"""Draw one figure from a table of the profile stage."""

import pandas as pd

from benchprof.report.figures.clusters import draw_clusters
from benchprof.report.figures.forest import draw_forest
from benchprof.report.figures.heatmap import draw_heatmap
from benchprof.report.figures.pipeline import draw_pipeline
from benchprof.report.figures.radar import draw_radars
from benchprof.report.figures.ribbons import draw_ribbons
from benchprof.report.figures.similarity import draw_similarity
from benchprof.report.figures.sweep import draw_sweep
from benchprof.run.jobs.report import Figure
from benchprof.run.script import run_script

DRAW = {
    "plot_impact": draw_heatmap,
    "plot_forest": draw_forest,
    "plot_radar": draw_radars,
    "plot_ribbons": draw_ribbons,
    "plot_clusters": draw_clusters,
    "plot_sweep": draw_sweep,
    "plot_similarity": draw_similarity,
}


def main(job: Figure, threads: int) -> None:
    """Draw one figure from a table of the profile stage."""
    if job.rule == "plot_pipeline":
        draw_pipeline(timings=job.timings, targets=job.targets)
    else:
        DRAW[job.rule](table=pd.read_parquet(job.table), targets=job.targets, **job.view)


if __name__ == "__main__":
    run_script(main, snakemake)
