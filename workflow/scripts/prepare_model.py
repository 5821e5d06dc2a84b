"""Prepare a model: a folder of safetensors with a card that identifies it."""

from benchprof.models.preparation import prepare_model
from benchprof.run.jobs.models import PrepareModel
from benchprof.run.script import run_script


def main(job: PrepareModel, threads: int) -> None:
    """Prepare a model: a folder of safetensors with a card that identifies it."""
    prepare_model(job.source, job.folder, job.run.store, job.dtype)


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
