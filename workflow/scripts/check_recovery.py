"""Stop where a validation is below its thresholds; say which."""

import json
from pathlib import Path

import pandas as pd

from benchprof.errors import InputError
from benchprof.files import write_text
from benchprof.logs import logged
from benchprof.validation.thresholds import Measured, judge, verdict_text

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        tables, validation = snakemake.input, snakemake.params.validation
        examined = [json.loads(Path(file).read_text("utf-8")) for file in tables.acceptance]
        judgements = judge(
            Measured(
                recovery=pd.read_csv(tables.recovery, dtype={"fraction": str}),
                coverage=pd.read_csv(tables.coverage),
                similarity=pd.read_csv(tables.similarity, dtype={"fraction": str}),
                acceptance=dict(
                    zip(validation["planted"], (e["passed"] for e in examined), strict=True)
                ),
            ),
            planted=validation["planted"],
            entangled=validation["entangled"],
            view=(validation["selection"], snakemake.params.fraction),
            thresholds=validation["thresholds"],
            thresholds_of=validation.get("thresholds_of", {}),
        )
        text = verdict_text(judgements)
        if not all(judgement.holds for judgement in judgements):
            raise InputError(tables.recovery, f"\n{text}", "thresholds of `validation` to hold")
        write_text(Path(snakemake.output.verdict), text)
