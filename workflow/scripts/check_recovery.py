"""Hold masks and profiles against what was planted, and stop where too little is recovered."""

import json

import pandas as pd

from benchprof.errors import InputError
from benchprof.files import write_csv, write_text
from benchprof.run import paths
from benchprof.run.jobs.recovery import CheckRecovery
from benchprof.run.script import run_script
from benchprof.validation.recovery import Planted, recovery_rows
from benchprof.validation.verdict import judge


def main(job: CheckRecovery, threads: int) -> None:
    """Hold masks and profiles against what was planted, and stop where too little is recovered."""
    impact = pd.read_parquet(paths.IMPACT)
    findings = pd.read_parquet(paths.profile("findings", "parquet"))
    known = json.loads(job.composition.read_text(encoding="utf-8"))
    truth = {benchmark: known[benchmark]["impact"] for benchmark in job.run.benchmarks}
    rows = [
        recovery_rows(
            Planted(model, card, paths.model(model), job.masks[model]),
            impact,
            findings,
            truth,
            job.run.suite.own_tests,
        )
        for model, card in job.cards.items()
    ]
    recovery = pd.concat(rows, ignore_index=True)
    text, holds = judge(recovery)
    if not holds:
        raise InputError(paths.IMPACT, f"\n{text}", "what was planted to be recovered")
    write_csv(paths.VALIDATION / "recovery.csv", recovery, digits=6)
    write_text(paths.VALIDATION / "verdict.txt", text)


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
