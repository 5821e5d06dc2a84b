"""Examine whether each ability of a planted model lies in its block, all of it, alone."""

import sys
from pathlib import Path

from benchprof.files import write_json
from benchprof.logs import logged
from benchprof.threads import use_threads

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        use_threads(snakemake.threads)
        sys.path.insert(0, snakemake.params.planting)
        from planting.acceptance import examine

        write_json(Path(snakemake.output.acceptance), examine(Path(snakemake.params.folder)))
