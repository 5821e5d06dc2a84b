"""What the invented facts are about: each pool holds things of one kind, none in two pools.

The people, towns and companies do not exist, so that no item is answered from world knowledge.
"""

from __future__ import annotations

from pathlib import Path

from benchprof.generators.table import read_pools
from benchprof.generators.templates.vocabulary import (
    ANIMALS,
    COLOURS,
    FIRST_NAMES,
    INVENTED_TOWNS,
    JOBS,
    OBJECTS,
)

POOLS: dict[str, tuple[str, ...]] = {
    "person": FIRST_NAMES,
    "town": INVENTED_TOWNS,
    "job": JOBS,
    "object": OBJECTS,
    "colour": COLOURS,
    "animal": ANIMALS,
} | read_pools(Path(__file__).with_suffix(".tsv"))
