"""Check that every k gives a mask that fits the scope, and note its size."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.masks.size import check_sizes

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        check_sizes(
            folder=Path(snakemake.input.model),
            scope=snakemake.params.settings["scope"],
            fractions=snakemake.params.settings["fractions"],
            target=Path(snakemake.output.sizes),
        )
