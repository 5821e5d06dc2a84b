"""Evaluate the intact model and every candidate mask on one ability's calibration items."""

from pathlib import Path

from benchprof.evaluation.job import ModelSettings, evaluate_benchmark
from benchprof.logs import logged
from benchprof.store import Store
from benchprof.tasks.source import ABILITY_TASK, TaskSource
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        settings = snakemake.params.settings
        names = snakemake.params.ablations
        evaluate_benchmark(
            model=ModelSettings(
                folder=Path(snakemake.input.model),
                dtype=settings["dtype"],
                device=snakemake.params.device,
                chat_template=settings["chat_template"],
                chat_date=settings["chat_date"],
                gpus=snakemake.params.gpus,
            ),
            source=TaskSource(
                file=ABILITY_TASK,
                data=Path(snakemake.input.questions),
                exclude=tuple(settings["exclude"]),
            ),
            limit=settings["limit"],
            seed=settings["seed"],
            masks=dict(zip(names, map(Path, snakemake.input.masks), strict=True)),
            method=settings["ablation"],
            targets=dict(zip(["intact", *names], map(Path, snakemake.output.records), strict=True)),
            store=Store(Path(snakemake.params.store)),
        )
