"""Run the job that Snakemake starts this for: every rule's script."""

from benchprof.jobs.script import run_script

run_script(snakemake)  # type: ignore[name-defined]  # noqa: F821
