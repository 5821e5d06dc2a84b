"""Evaluate the intact and every ablated model on one benchmark."""

from functools import partial
from pathlib import Path

from benchprof.evaluation.job import ModelSettings, evaluate_benchmark
from benchprof.logs import logged
from benchprof.sandbox.sandbox import Sandbox
from benchprof.store import Store
from benchprof.tasks.source import task_source
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        settings = snakemake.params.settings
        names = snakemake.params.ablations
        local = {key: Path(snakemake.input[key]) for key in snakemake.params.local_files}
        evaluate_benchmark(
            model=ModelSettings(
                folder=Path(snakemake.input.model),
                dtype=settings["dtype"],
                device=snakemake.params.device,
                chat_template=settings["chat_template"],
                chat_date=settings["chat_date"],
                gpus=snakemake.params.gpus,
            ),
            source=task_source(
                settings["benchmark"],
                Path(snakemake.input.ability_items) if "ability" in settings["benchmark"] else None,
                settings["exclude"],
                local,
            ),
            limit=settings["benchmark"].get("limit"),
            seed=settings["seed"],
            masks=dict(zip(names, map(Path, snakemake.input.masks), strict=True)),
            method=settings["ablation"],
            targets=dict(zip(["intact", *names], map(Path, snakemake.output.records), strict=True)),
            store=Store(Path(snakemake.params.store)),
            run_code_unsafely=settings.get("run_code_unsafely", False),
            open_sandbox=partial(Sandbox, parallel=snakemake.threads),
            kept_in=settings.get("kept_in"),
        )
