"""Write the pool of fresh items that intervals are held against."""

import json
from pathlib import Path

from benchprof.files import write_text
from benchprof.generators.planting.items import pool_items
from benchprof.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        lines = [json.dumps(item.to_json()) for item in pool_items(snakemake.params.each)]
        write_text(Path(snakemake.output.pool), "\n".join(lines) + "\n")
