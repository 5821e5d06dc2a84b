"""Write the pool of fresh items that intervals are held against."""

import json

from benchprof.files import write_text
from benchprof.generators.planting.items import pool_items
from benchprof.run.jobs.planted import WritePool
from benchprof.run.script import run_script


def main(job: WritePool, threads: int) -> None:
    """Write the pool of fresh items that intervals are held against."""
    size = job.validation.items_of_each_kind
    assert size is not None
    items = pool_items(size)
    write_text(job.pool, "".join(f"{json.dumps(item.to_json())}\n" for item in items))


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
