"""Prepare a model: a folder of safetensors with a card that identifies it."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.models.preparation import prepare_model
from benchprof.store import Store

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        prepare_model(
            source=snakemake.params.settings["source"],
            target=Path(snakemake.output.folder),
            store=Store(Path(snakemake.params.store)),
        )
