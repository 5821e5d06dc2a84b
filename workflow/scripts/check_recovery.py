"""Stop where a validation is below its thresholds; say which."""

import json

import pandas as pd

from benchprof.errors import InputError
from benchprof.files import write_text
from benchprof.run.jobs.recovery import CheckRecovery
from benchprof.run.script import run_script
from benchprof.validation.thresholds import Measured, judge, verdict_text


def main(job: CheckRecovery, threads: int) -> None:
    """Stop where a validation is below its thresholds; say which."""
    validation, tables = job.validation, job.tables
    judgements = judge(
        Measured(
            recovery=pd.read_csv(tables["recovery"], dtype={"fraction": str}),
            coverage=pd.read_csv(tables["coverage"]),
            similarity=pd.read_csv(tables["similarity"], dtype={"fraction": str}),
            acceptance={
                model: json.loads(file.read_text("utf-8"))["passed"]
                for model, file in job.acceptance.items()
            },
        ),
        planted=validation.planted,
        entangled=validation.entangled,
        view=job.view,
        thresholds=validation.thresholds,
        thresholds_of=validation.thresholds_of,
    )
    text = verdict_text(judgements)
    if not all(judgement.holds for judgement in judgements):
        raise InputError(tables["recovery"], f"\n{text}", "thresholds of `validation` to hold")
    write_text(job.verdict, text)


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
