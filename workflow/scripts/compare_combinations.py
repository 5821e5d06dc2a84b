"""Make masks in every combination and have the model answer under them."""

from benchprof.comparison.job import compare_combinations
from benchprof.run.jobs.comparison import CompareCombinations
from benchprof.run.script import run_script
from benchprof.threads import use_threads


def main(job: CompareCombinations, threads: int) -> None:
    """Make masks in every combination and have the model answer under them."""
    use_threads(threads)
    compare_combinations(
        combinations=job.combinations,
        model=job.model_settings,
        questions=job.questions,
        seed=job.run.configuration.seed,
        folder=job.work,
        tables=job.tables,
        figures=job.figures,
        store=job.run.store,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
