"""The items of the shipped sets can be read, and those of version 2 have their companions."""

from pathlib import Path

from benchprof.abilities.item import COMPANIONS, SPLITS, read_items


def test_every_ability_of_the_default_run_has_items_with_all_companions(resources: Path) -> None:
    folders = [path for path in (resources / "v2").iterdir() if path.is_dir()]
    assert len(folders) == 10
    for folder in folders:
        for split in SPLITS:
            items = read_items(folder / f"{split}.jsonl")
            assert all(set(item.companions) == set(COMPANIONS) for item in items)
