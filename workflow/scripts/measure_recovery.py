"""Hold masks and Ability Impact Scores against what was planted."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.models.preparation import read_card
from benchprof.profile.settings import Settings
from benchprof.validation.job import Planted, measure_recovery

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        params = snakemake.params
        settings = dict(params.profile)
        own_benchmarks = settings.pop("own_benchmarks")
        validation = params.validation
        measure_recovery(
            planted={
                model: Planted(
                    digest=read_card(Path(prepared)).digest,
                    blocks={a: Path(p) for a, p in files["blocks"].items()},
                    truth={
                        benchmark: {state: Path(p) for state, p in records.items()}
                        for benchmark, records in files["truth"].items()
                    },
                    pool={state: Path(p) for state, p in files["pool"].items()},
                )
                for (model, files), prepared in zip(
                    params.planted.items(), snakemake.input.models, strict=True
                )
            },
            entangled=validation["entangled"],
            masks={tuple(key): Path(path) for *key, path in params.masks},
            profiles=Path(snakemake.input.impact).parent,
            composition=Path(snakemake.input.composition),
            pool=Path(snakemake.input.pool),
            own_benchmarks=own_benchmarks,
            view=(validation["selection"], params.fraction),
            draws=(validation["draws"], validation["drawn_items"]),
            settings=Settings(**settings),
            folder=Path(snakemake.output.recovery).parent,
        )
