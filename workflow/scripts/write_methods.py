"""Write the methods of this run as text with citations, and the BibTeX of what it used."""

from pathlib import Path

import pandas as pd

from benchprof.logs import logged
from benchprof.report.methods import write_methods

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings = snakemake.params.settings
        write_methods(
            text=Path(snakemake.output.methods),
            bibliography=Path(snakemake.output.references),
            settings=settings,
            table=pd.read_parquet(snakemake.input.impact),
            models=settings["sources"],
            shipped=settings["shipped"],
        )
