"""The planted world's diagnostic items and benchmarks as files: the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchprof.abilities.item import Item
from benchprof.files import write_json, write_text
from planted.alphabets import confounded, crossed
from planted.items import (
    COUNTS,
    DIAGNOSTIC,
    MIXTURES,
    ability_items,
    benchmark_items,
    expected_impact,
)
from planted.tasks import ABILITIES


def write_world(folder: Path) -> None:
    """Write items, benchmarks, both in alphabets too, and what the benchmarks' mixtures imply."""
    forms = folder / "forms"
    for ability in ABILITIES:
        for split in COUNTS:
            items, file = ability_items(ability, split), Path(ability, f"{split}.jsonl")
            _write(folder / "abilities" / file, items)
            _write(forms / "crossed" / file, crossed(items))
            _write(forms / "confounded" / file, confounded(items, ability))
    for name in MIXTURES:
        items = benchmark_items(name)
        _write(folder / "benchmarks" / f"{name}.jsonl", items)
        _write(forms / "benchmarks" / f"{name}.jsonl", crossed(items))
    mixtures = {f"{ability}_test": mixture for ability, mixture in DIAGNOSTIC.items()} | MIXTURES
    composition = {
        name: {"mixture": mixture, "impact": expected_impact(mixture)}
        for name, mixture in mixtures.items()
    }
    write_json(folder / "composition.json", composition)


def _write(path: Path, items: Sequence[Item]) -> None:
    write_text(path, "".join(json.dumps(item.to_json()) + "\n" for item in items))
