"""Examine whether each ability of a planted model lies in its block, all of it, alone."""

from pathlib import Path

from benchprof.files import write_json
from benchprof.generators.planting.acceptance import examine
from benchprof.logs import logged
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        write_json(Path(snakemake.output.acceptance), examine(Path(snakemake.params.folder)))
