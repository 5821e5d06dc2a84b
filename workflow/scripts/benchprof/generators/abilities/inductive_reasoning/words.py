"""What patterns, rules and labels are shown with, by the names that tables of wordings use."""

from __future__ import annotations

from pathlib import Path

from benchprof.generators.table import read_pools
from benchprof.generators.templates import vocabulary

POOLS = vocabulary.POOLS | read_pools(Path(__file__).with_suffix(".tsv"))
