"""Write the archive of the run."""

from pathlib import Path

from benchprof.archive.job import write_archive
from benchprof.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        write_archive(
            target=Path(snakemake.output.archive),
            config=snakemake.params.config,
            tables=snakemake.params.tables,
            manifest=Path(snakemake.input.manifest),
            files=[Path(path) for path in [*snakemake.input.results, *snakemake.input.shared]],
            importance=[Path(path) for path in snakemake.input.importance],
            code=[Path(path) for path in snakemake.params.code],
            root=Path(snakemake.params.root),
        )
