"""The items of the shipped sets can be read, and those of version 2 have their companions."""

from pathlib import Path

import yaml

from benchprof.abilities.item import COMPANIONS, SPLITS, read_items


def test_every_ability_of_the_default_run_has_items_with_all_companions(resources: Path) -> None:
    root = resources.parents[1]
    config = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    assert len(config["abilities"]) == 10
    for ability in config["abilities"].values():
        for split in SPLITS:
            items = read_items(root / ability["items"] / f"{split}.jsonl")
            assert all(set(item.companions) == set(COMPANIONS) for item in items)
