"""Examine whether each ability of a planted model lies in its block, all of it, alone."""

from benchprof.files import write_json
from benchprof.generators.planting.acceptance import examine
from benchprof.run.jobs.planted import AcceptModel
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: AcceptModel, threads: int) -> None:
    """Examine whether each ability of a planted model lies in its block, all of it, alone."""
    use_threads(threads)
    write_json(job.acceptance, examine(job.planted))


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
