"""Draw the random controls of one selection's masks."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.masks.job import draw_controls
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        draw_controls(
            folder=Path(snakemake.input.model),
            dtype=snakemake.params.settings["dtype"],
            scope=snakemake.params.settings["scope"],
            layers=snakemake.params.settings["layers"],
            masks=dict(
                zip(
                    map(tuple, snakemake.params.mask_keys),
                    map(Path, snakemake.input.masks),
                    strict=True,
                )
            ),
            targets=dict(
                zip(
                    map(tuple, snakemake.params.control_keys),
                    map(Path, snakemake.output),
                    strict=True,
                )
            ),
        )
