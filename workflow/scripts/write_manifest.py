"""Write the manifest: the configuration, digests of all inputs and results, versions."""

from pathlib import Path

from benchprof.logs import logged
from benchprof.report.manifest import write_manifest

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        write_manifest(
            target=Path(snakemake.output.manifest),
            config=snakemake.params.config,
            inputs=[Path(path) for path in snakemake.input.data],
            results=[Path(path) for path in snakemake.input.results],
            models={Path(path).name: Path(path, "model.json") for path in snakemake.input.models},
        )
