"""Write the archive of the run."""

from benchprof.archive.job import write_archive
from benchprof.run import paths
from benchprof.run.jobs.archive import WriteArchive
from benchprof.run.jobs.report import results_of
from benchprof.run.script import run_script


def main(job: WriteArchive, threads: int) -> None:
    """Write the archive of the run."""
    write_archive(
        target=paths.ARCHIVE,
        config=job.run.values,
        tables=job.tables,
        manifest=paths.MANIFEST,
        files=results_of(job.run),
        importance=job.importance,
        benchmark_files=job.benchmark_files,
        code=job.code,
        root=job.root,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
