"""Evaluate a planted model without each of its blocks on every benchmark."""

from pathlib import Path

from benchprof.evaluation.job import ModelSettings
from benchprof.evaluation.record import INTACT
from benchprof.logs import logged
from benchprof.store import Store
from benchprof.tasks.source import task_source
from benchprof.threads import use_threads
from benchprof.validation.job import evaluate_blocks

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        params = snakemake.params
        records = iter(map(Path, snakemake.output.records))
        evaluate_blocks(
            card=Path(snakemake.input.card),
            model=ModelSettings(
                folder=Path(snakemake.input.model),
                dtype=params.settings["dtype"],
                device=params.device,
                chat_template=False,
                gpus=1,
            ),
            benchmarks={
                name: (
                    task_source(
                        own, Path(params.ability_items[name]) if "ability" in own else None
                    ),
                    own.get("limit"),
                )
                for name, own in params.settings["benchmarks"].items()
            },
            seed=params.settings["seed"],
            masks=dict(zip(params.abilities, map(Path, snakemake.output.masks), strict=True)),
            targets={
                name: {state: next(records) for state in (INTACT, *params.abilities)}
                for name in params.settings["benchmarks"]
            },
            store=Store(Path(params.store)),
        )
