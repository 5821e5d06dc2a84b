"""Write what one model was asked on one benchmark and what it answered under every ablation."""

from pathlib import Path

from benchprof.evaluation.job import ModelSettings
from benchprof.logs import logged
from benchprof.reading.job import export_items
from benchprof.tasks.source import task_source

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings = snakemake.params.settings
        local = {key: Path(snakemake.input[key]) for key in snakemake.params.local_files}
        names = ["intact", *snakemake.params.ablations]
        export_items(
            model=ModelSettings(
                folder=Path(snakemake.input.model),
                dtype=settings["dtype"],
                device="cpu",
                chat_template=settings["chat_template"],
                chat_date=settings["chat_date"],
            ),
            source=task_source(
                settings["benchmark"],
                Path(snakemake.input.ability_items) if "ability" in settings["benchmark"] else None,
                settings["exclude"],
                local,
            ),
            limit=settings["benchmark"].get("limit"),
            seed=settings["seed"],
            metric=settings["metric"],
            records=dict(zip(names, map(Path, snakemake.input.records), strict=True)),
            compared=snakemake.params.compared,
            title=snakemake.params.title,
            table=Path(snakemake.output.csv),
            page=Path(snakemake.output.md),
        )
