"""Select the masks of one selection for all abilities and k."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.masks.job import select_masks
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        settings = snakemake.params.settings
        background = snakemake.input.get("background")
        select_masks(
            folder=Path(snakemake.input.model),
            selection=snakemake.wildcards.selection,
            settings=settings["selection"],
            fraction_of=settings["fraction_of"],
            importances=dict(
                zip(settings["abilities"], map(Path, snakemake.input.importance), strict=True)
            ),
            background=Path(background) if background else None,
            targets=dict(
                zip(
                    map(tuple, snakemake.params.mask_keys), map(Path, snakemake.output), strict=True
                )
            ),
        )
