"""Measure by how much an ability's AIS on its own test differs with the train items."""

from benchprof.replication.table import measure_replication
from benchprof.run.jobs.replication import MeasureReplication
from benchprof.run.script import run_script


def main(job: MeasureReplication, threads: int) -> None:
    """Measure by how much an ability's AIS on its own test differs with the train items."""
    measure_replication(
        impact=job.impact,
        intact=job.intact,
        sources=job.sources,
        settings=job.run.profile_settings,
        targets=job.tables,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
