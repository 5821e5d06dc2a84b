"""The shipped items: each ability has its splits, families and control items."""

from collections import Counter
from pathlib import Path

import pytest
from lm_eval.tasks import TaskManager
from tests.conftest import ROOT

from benchprof.abilities.item import CONTROL_ITEMS, SPLITS, read_items
from benchprof.abilities.prompt import prompt_text

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
        assert all(set(item.control_items) == set(CONTROL_ITEMS) for item in every)


def test_lm_eval_asks_the_items_as_this_program_does(
    resources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task for each set, for other tools."""
    monkeypatch.chdir(ROOT)
    manager = TaskManager(include_path=str(resources / "v3"), include_defaults=False)
    (group,) = manager.all_groups
    tasks = manager.load([group])["tasks"]
    assert len(tasks) == 10
    for name, task in tasks.items():
        items = read_items(resources / "v3" / name.removeprefix("benchprof_") / "test.jsonl")
        for document, item in zip(task.test_docs(), items, strict=True):
            assert task.doc_to_text(document) == prompt_text(item.context, item.question)
            assert tuple(task.doc_to_choice(document)) == item.options
            assert task.doc_to_target(document) == item.answer
