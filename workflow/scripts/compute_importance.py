"""Score the weights in scope for every ability of one model."""

from pathlib import Path

from benchprof.importance.job import compute_importance
from benchprof.logs import logged
from benchprof.store import Store
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        settings = snakemake.params.settings
        abilities = snakemake.params.abilities
        compute_importance(
            folder=Path(snakemake.input.model),
            dtype=settings["dtype"],
            device=snakemake.params.device,
            scope=settings["scope"],
            layers=settings["layers"],
            score=settings["score"],
            loss_on=settings["loss_on"],
            twins=settings["twins"],
            limit=settings["limit"],
            seed=settings["seed"],
            items=dict(zip(abilities, map(Path, snakemake.input.train), strict=True)),
            exclude=settings["exclude"],
            targets=dict(zip(abilities, map(Path, snakemake.output), strict=True)),
            store=Store(Path(snakemake.params.store)),
            gpus=snakemake.params.gpus,
            on_host=snakemake.params.on_host,
            chat_date=settings["chat_date"],
        )
