"""Choose k on the calibration splits, and write the masks and controls at it."""

from pathlib import Path

from benchprof.calibration.job import calibrate_masks
from benchprof.logs import logged
from benchprof.profile.scores import Source

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        inputs, outputs, params = snakemake.input, snakemake.output, snakemake.params
        calibrate_masks(
            model=snakemake.wildcards.model,
            selection=snakemake.wildcards.selection,
            intact=dict(zip(params.abilities, map(Path, inputs.intact), strict=True)),
            sources=[
                Source(**source | {key: Path(source[key]) for key in ("record", "mask")})
                for source in params.sources
            ],
            candidates=dict(
                zip(
                    map(tuple, params.candidates),
                    map(Path, [*inputs.masks, *inputs.controls]),
                    strict=True,
                )
            ),
            targets=dict(
                zip(
                    map(tuple, params.calibrated),
                    map(Path, [*outputs.masks, *outputs.controls]),
                    strict=True,
                )
            ),
            choice=Path(outputs.choice),
            table=Path(outputs.table),
        )
