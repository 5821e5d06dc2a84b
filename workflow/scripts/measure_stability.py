"""Measure how far the masks of two halves of the diagnostic items agree, over their number."""

from functools import partial
from pathlib import Path

from benchprof.analysis.stability_job import measure_stability
from benchprof.importance.job import compute_importance
from benchprof.logs import logged
from benchprof.masks.job import select_masks
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        settings = snakemake.params.settings
        folder = Path(snakemake.input.model)
        measure_stability(
            compute=partial(
                compute_importance,
                folder=folder,
                dtype=settings["dtype"],
                device=snakemake.params.device,
                scope=settings["scope"],
                layers=settings["layers"],
                score=settings["score"],
                loss_on=settings["loss_on"],
                twins=settings["twins"],
                gpus=snakemake.params.gpus,
                on_host=snakemake.params.on_host,
                chat_date=settings["chat_date"],
            ),
            select=partial(select_masks, folder=folder, fraction_of=settings["fraction_of"]),
            items=dict(
                zip(snakemake.params.diagnosed, map(Path, snakemake.input.train), strict=True)
            ),
            exclude=settings["exclude"],
            limit=settings["limit"],
            seed=settings["seed"],
            selections=settings["selections"],
            fractions=settings["fractions"],
            title=snakemake.params.title,
            csv=Path(snakemake.output.csv),
            figures=[Path(snakemake.output.png), Path(snakemake.output.svg)],
        )
