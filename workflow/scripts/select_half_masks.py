"""Select the masks that each half of the train items makes alone."""

from functools import partial
from pathlib import Path

from benchprof.importance.job import compute_importance, examples_and_origins
from benchprof.logs import logged
from benchprof.masks.job import select_masks
from benchprof.replication.masks import select_half_masks
from benchprof.store import Store
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        settings = snakemake.params.settings
        folder = Path(snakemake.input.model)
        scored = ("dtype", "scope", "layers", "score", "loss_on", "twins", "chat_date")
        scoring = {"folder": folder} | {name: settings[name] for name in scored}
        select_half_masks(
            compute=partial(
                compute_importance,
                device=snakemake.params.device,
                gpus=snakemake.params.gpus,
                on_host=snakemake.params.on_host,
                **scoring,
            ),
            describe=partial(examples_and_origins, **scoring),
            select=partial(select_masks, folder=folder, fraction_of=settings["fraction_of"]),
            items=dict(
                zip(snakemake.params.diagnosed, map(Path, snakemake.input.train), strict=True)
            ),
            exclude=settings["exclude"],
            limit=settings["limit"],
            seed=settings["seed"],
            selections=settings["selections"],
            fraction_of=settings["fraction_of"],
            store=Store(Path(snakemake.params.store)),
            targets=dict(
                zip(
                    map(tuple, snakemake.params.mask_keys),
                    map(Path, snakemake.output.masks),
                    strict=True,
                )
            ),
        )
