"""Write the manifest: the configuration, digests of all inputs and results, versions."""

from benchprof.report.manifest import write_manifest
from benchprof.run import paths
from benchprof.run.jobs.report import WriteManifest
from benchprof.run.script import run_script


def main(job: WriteManifest, threads: int) -> None:
    """Write the manifest: the configuration, digests of all inputs and results, versions."""
    write_manifest(
        target=paths.MANIFEST,
        config=job.run.values,
        inputs=job.run.data_files,
        results=job.results,
        models=job.cards,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
