"""Write the tables of an unpacked archive again: python -m benchprof.archive.recompute TARGET."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchprof.archive.verify import LISTING
from benchprof.profile.job import compute_profile
from benchprof.profile.scores import Source
from benchprof.profile.settings import Settings


def recompute_tables(made: dict[str, Any], target: Path) -> None:
    """Write the tables from the records and masks below the working folder.

    Args:
        made: what the listing says of the tables: `intact`, `sources` and `settings`.
        target: folder of the tables.

    Raises:
        InputError: a record is damaged or does not belong to its mask, model or requests.
    """
    settings = dict(made["settings"])
    own_benchmarks = settings.pop("own_benchmarks")
    compute_profile(
        intact={(model, benchmark): Path(record) for model, benchmark, record in made["intact"]},
        sources=[
            Source(**source | {key: Path(source[key]) for key in ("record", "mask")})
            for source in made["sources"]
        ],
        own_benchmarks=own_benchmarks,
        settings=Settings(**settings),
        folder=target,
    )


if __name__ == "__main__":
    recompute_tables(json.loads(Path(LISTING).read_bytes())["tables"], Path(sys.argv[1]))
