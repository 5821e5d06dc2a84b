"""Write the tables of an unpacked archive: python -m benchprof.archive.recompute FOLDER TARGET."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchprof.archive.listing import LISTING
from benchprof.profile.job import compute_profile
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.source import Source


def recompute_tables(made: dict[str, Any], target: Path, root: Path = Path()) -> None:
    """Write the tables from the records and masks below a folder.

    Args:
        made: what the listing says of the tables: `intact`, `sources` and `settings`.
        target: folder of the tables.
        root: the folder of the run.

    Raises:
        InputError: a record is damaged or does not belong to its mask, model or requests.
    """
    settings = dict(made["settings"])
    own_benchmarks = settings.pop("own_benchmarks")
    compute_profile(
        intact={(model, benchmark): root / record for model, benchmark, record in made["intact"]},
        sources=[Source.from_json(source, root) for source in made["sources"]],
        own_benchmarks=own_benchmarks,
        settings=ProfileSettings(**settings),
        folder=target,
    )


if __name__ == "__main__":
    root = Path(sys.argv[1])
    recompute_tables(json.loads((root / LISTING).read_bytes())["tables"], Path(sys.argv[2]), root)
