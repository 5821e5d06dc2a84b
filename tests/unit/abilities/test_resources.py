"""The shipped items: each ability has its splits, families and companions."""

from collections import Counter
from pathlib import Path

from benchprof.abilities.item import COMPANIONS, SPLITS, read_items

NUMBERS = {"train": 120, "calibration": 60, "test": 120}


def test_every_ability_has_its_families_and_types_of_answer(resources: Path) -> None:
    """Eight families in all splits and four in test alone; no type above 40%, four or more."""
    folders = [path for path in (resources / "v3").iterdir() if path.is_dir()]
    assert len(folders) == 10
    for folder in folders:
        items = {split: read_items(folder / f"{split}.jsonl") for split in SPLITS}
        assert {split: len(own) for split, own in items.items()} == NUMBERS
        families = {split: Counter(item.family for item in own) for split, own in items.items()}
        assert families["train"].keys() == families["calibration"].keys()
        assert len(families["train"]) == 8
        assert len(families["test"].keys() - families["train"].keys()) == 4
        assert set(families["test"].values()) == {10}
        types = Counter(item.answer_type for own in items.values() for item in own)
        assert len(types) >= 4
        assert max(types.values()) <= 120, folder.name
        every = [item for own in items.values() for item in own]
        assert all(set(item.companions) == set(COMPANIONS) for item in every)
