"""Evaluate the intact and the ablated models on the pool of fresh items."""

from pathlib import Path

from benchprof.evaluation.job import ModelSettings, evaluate_benchmark
from benchprof.evaluation.record import INTACT
from benchprof.logs import logged
from benchprof.store import Store
from benchprof.tasks.source import ABILITY_TASK, TaskSource
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        params = snakemake.params
        records = map(Path, snakemake.output.records)
        evaluate_benchmark(
            model=ModelSettings(
                folder=Path(snakemake.input.model),
                dtype=params.settings["dtype"],
                device=params.device,
                chat_template=False,
                gpus=1,
            ),
            source=TaskSource(file=ABILITY_TASK, data=Path(snakemake.input.pool)),
            limit=None,
            seed=params.settings["seed"],
            masks=dict(zip(params.abilities, map(Path, snakemake.input.masks), strict=True)),
            method="zero",
            targets=dict(zip((INTACT, *params.abilities), records, strict=True)),
            store=Store(Path(params.store)),
        )
