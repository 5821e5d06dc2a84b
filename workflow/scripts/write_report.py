"""Write the report, a page to read, and the summary, a text for the end of the run."""

from pathlib import Path

import pandas as pd

from benchprof.logs import logged
from benchprof.report.page import write_page
from benchprof.report.summary import write_summary

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        tables = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.tables}
        settings = snakemake.params.settings
        write_page(
            target=Path(snakemake.output.report),
            tables=tables,
            own_benchmarks=snakemake.params.own_benchmarks,
            settings=settings,
            models={Path(path).name: Path(path, "model.json") for path in snakemake.input.models},
            sizes={Path(path).stem: Path(path) for path in snakemake.input.sizes},
            figures=[Path(path) for path in snakemake.input.drawings],
        )
        write_summary(
            target=Path(snakemake.output.summary),
            table=tables["impact"],
            own_benchmarks=snakemake.params.own_benchmarks,
            impact=settings["profile"]["impact"],
            confidence=settings["profile"]["confidence"],
            figures=[Path(path) for path in snakemake.input.figures],
            report=Path(snakemake.output.report),
            replication=tables.get("replication"),
            calibration_benchmarks=settings["calibration_benchmarks"],
        )
