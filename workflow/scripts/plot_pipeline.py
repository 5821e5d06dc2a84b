"""Draw the stages of this run with what each took."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.report.figures.pipeline import draw_pipeline

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        draw_pipeline(
            timings={
                rule: [Path(path) for path in paths]
                for rule, paths in snakemake.params.timings.items()
            },
            targets=[Path(path) for path in snakemake.output],
        )
