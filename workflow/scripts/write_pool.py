"""Write the pool of fresh items that intervals are held against."""

import json
import sys
from pathlib import Path

from benchprof.files import write_text
from benchprof.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        sys.path.insert(0, snakemake.params.planting)
        from planting.items import pool_items

        lines = [json.dumps(item.to_json()) for item in pool_items(snakemake.params.each)]
        write_text(Path(snakemake.output.pool), "\n".join(lines) + "\n")
