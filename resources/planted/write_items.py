"""Write the planted world's diagnostic items and benchmarks: the same bytes each time.

python resources/planted/write_items.py
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchprof.abilities.item import Item
from benchprof.files import write_json, write_text
from planting.items import (
    COUNTS,
    DIAGNOSTIC,
    MIXTURES,
    ability_items,
    benchmark_items,
    expected_impact,
)
from planting.tasks import ABILITIES

FOLDER = Path(__file__).parent


def _write(path: Path, items: Sequence[Item]) -> None:
    write_text(path, "".join(json.dumps(item.to_json()) + "\n" for item in items))


def main() -> None:
    """Write all files."""
    for ability in ABILITIES:
        for split in COUNTS:
            _write(FOLDER / "abilities" / ability / f"{split}.jsonl", ability_items(ability, split))
    for name in MIXTURES:
        _write(FOLDER / "benchmarks" / f"{name}.jsonl", benchmark_items(name))
    mixtures = {f"{ability}_test": mixture for ability, mixture in DIAGNOSTIC.items()} | MIXTURES
    composition = {
        name: {"mixture": mixture, "impact": expected_impact(mixture)}
        for name, mixture in mixtures.items()
    }
    write_json(FOLDER / "composition.json", composition)


if __name__ == "__main__":
    main()
