"""Measure how much answer loss each ability's ablation costs on every test split."""

from benchprof.analysis.job import measure_selectivity
from benchprof.run.jobs.selectivity import MeasureSelectivity
from benchprof.run.script import run_script


def main(job: MeasureSelectivity, threads: int) -> None:
    """Measure how much answer loss each ability's ablation costs on every test split."""
    measure_selectivity(
        tests=job.run.suite.own_tests,
        companions=job.run.suite.companions,
        intact=job.intact,
        sources=job.sources,
        settings=job.run.profile_settings,
        fraction=job.k,
        drawing=job.drawing,
        effects=job.effects,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
