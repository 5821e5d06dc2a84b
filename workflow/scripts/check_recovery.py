"""Stop where a validation is below its thresholds; say which."""

from pathlib import Path

import pandas as pd

from benchprof.errors import InputError
from benchprof.files import write_text
from benchprof.logs import logged
from benchprof.validation.thresholds import judge, verdict_text

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        tables = snakemake.input
        judgements = judge(
            pd.read_csv(tables.recovery, dtype={"fraction": str}),
            pd.read_csv(tables.coverage),
            pd.read_csv(tables.similarity, dtype={"fraction": str}),
            (snakemake.params.validation["selection"], snakemake.params.fraction),
            snakemake.params.validation["thresholds"],
        )
        text = verdict_text(judgements)
        if not all(judgement.holds for judgement in judgements):
            raise InputError(tables.recovery, f"\n{text}", "thresholds of `validation` to hold")
        write_text(Path(snakemake.output.verdict), text)
