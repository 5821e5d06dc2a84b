"""Tell how far the masks of one selection and k overlap."""

from pathlib import Path

from benchprof.analysis.job import compare_masks
from benchprof.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        compare_masks(
            masks=dict(
                zip(snakemake.params.abilities, map(Path, snakemake.input.masks), strict=True)
            ),
            importance=Path(snakemake.input.importance),
            title=snakemake.params.title,
            fraction=snakemake.wildcards.fraction,
            csv=Path(snakemake.output.csv),
            figures=[Path(snakemake.output.png), Path(snakemake.output.svg)],
        )
