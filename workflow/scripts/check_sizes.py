"""Check that every k gives a mask that fits the scope, and note its size."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.masks.size import check_sizes

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        check_sizes(
            folder=Path(snakemake.input.model),
            scope=snakemake.params.settings["scope"],
            layers=snakemake.params.settings["layers"],
            fractions=snakemake.params.settings["fractions"],
            fraction_of=snakemake.params.settings["fraction_of"],
            target=Path(snakemake.output.sizes),
        )
