"""Names of things that do not exist, for the twins: no fact leads from them to an answer."""

from __future__ import annotations

from pathlib import Path

from benchprof.generators.table import read_pools

INVENTED: dict[str, tuple[str, ...]] = read_pools(Path(__file__).with_suffix(".tsv")) | {
    "number": tuple(str(number) for number in range(131, 190, 3))
}
