"""Write what one model was asked on one benchmark and what it answered under every ablation."""

from dataclasses import replace

from benchprof.reading.job import export_items
from benchprof.run.jobs.reading import ExportItems
from benchprof.run.script import run_script
from benchprof.tasks.source import task_source


def main(job: ExportItems, threads: int) -> None:
    """Write what one model was asked on one benchmark and what it answered under every ablation."""
    export_items(
        model=replace(job.model_settings, device="cpu", gpus=1),
        source=task_source(job.asked, job.items, job.exclude, job.local_files),
        limit=job.asked.limit,
        seed=job.run.configuration.seed,
        metrics=job.metrics,
        records=job.records,
        compared=job.compared,
        title=job.title,
        table=job.table,
        page=job.page,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
