"""Hold masks and Ability Impact Scores against what was planted."""

from benchprof.models.card import read_card
from benchprof.run import paths
from benchprof.run.jobs.planted import POOL
from benchprof.run.jobs.recovery import MeasureRecovery
from benchprof.run.script import run_script
from benchprof.validation.job import Planted, Pool, measure_recovery


def main(job: MeasureRecovery, threads: int) -> None:
    """Hold masks and Ability Impact Scores against what was planted."""
    validation, pool = job.validation, None
    if validation.items_of_each_kind and validation.draws and validation.drawn_items:
        pool = Pool(POOL, validation.draws, validation.drawn_items)
    measure_recovery(
        planted={
            model: Planted(
                digest=read_card(own.folder).digest,
                masks=job.masks[model],
                blocks=own.blocks,
                forms=own.forms,
                truth=own.truth,
                pool=job.answers[model],
            )
            for model, own in job.planted.items()
        },
        entangled=validation.entangled,
        profiles=paths.PROFILES,
        composition=job.composition,
        pool=pool,
        own_benchmarks=job.run.suite.own_tests,
        view=job.view,
        settings=job.run.profile_settings,
        folder=job.folder,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
